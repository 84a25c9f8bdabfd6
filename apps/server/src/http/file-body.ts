/** A body that is read from an open file as fast as its reader takes it, and no faster. */
import type { FileHandle } from 'node:fs/promises'
import type { ByteRange } from './byte-range.ts'

/** Of one read. Larger ones are no faster, and what they leave behind takes 30 MB more. */
const CHUNK_BYTES = 64 * 1024

/** Closes the file when all is read, when its reader leaves, and when it cannot be read. */
export function fileBody(file: FileHandle, { from, end }: ByteRange): ReadableStream<Uint8Array> {
  let position = from
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - position)), position })
          position += bytesRead
          if (bytesRead === 0) throw new Error(`a file ended at ${position} bytes; it had more when it came`)
          controller.enqueue(buffer.subarray(0, bytesRead))
        } catch (error) {
          await file.close()
          throw error
        }
        if (position < end) return
        controller.close()
        await file.close()
      },
      cancel: () => file.close(),
    },
    // Nothing is read before somebody asks.
    { highWaterMark: 0 },
  )
}
