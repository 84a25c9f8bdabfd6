/**
 * Reads what a program for Linux (ELF) or Windows (PE) runs on, and the resource that was put into it, where Node looks for it.
 *
 * - Only as much of the formats as that takes; 64 bits and little-endian, as all that we make are.
 */

export interface Executable {
  readonly platform: 'linux' | 'win32'
  readonly arch: 'x64' | 'arm64'
  /** `undefined` where there is none of that name. */
  readonly resource: Buffer | undefined
}

/** @throws Error when it is neither */
export function readExecutable(file: Buffer, resourceName: string): Executable {
  if (file.toString('latin1', 0, 6) === '\x7fELF\x02\x01') return readElf(file, resourceName)
  if (file.toString('latin1', 0, 2) === 'MZ') return readPe(file, resourceName)
  throw new Error('neither a 64-bit program for Linux nor one for Windows')
}

type Machines = Readonly<Record<number, Executable['arch']>>

const ELF_MACHINES: Machines = { 62: 'x64', 183: 'arm64' }
const ELF_NOTES = 4

/** The resource is a note, in a segment of notes. */
function readElf(file: Buffer, resourceName: string): Executable {
  const headersStart = Number(file.readBigUInt64LE(32))
  const headerBytes = file.readUInt16LE(54)
  const headers = Array.from({ length: file.readUInt16LE(56) }, (_, index) => file.subarray(headersStart + index * headerBytes))
  const notes = headers
    .filter((header) => header.readUInt32LE(0) === ELF_NOTES)
    .flatMap((header) => Array.from(elfNotes(slice(file, Number(header.readBigUInt64LE(8)), Number(header.readBigUInt64LE(32))))))
  return {
    platform: 'linux',
    arch: archOf(ELF_MACHINES, file.readUInt16LE(18)),
    resource: notes.find(({ name }) => name === resourceName)?.content,
  }
}

function* elfNotes(segment: Buffer): Generator<{ readonly name: string; readonly content: Buffer }> {
  for (let at = 0; at < segment.length;) {
    const nameBytes = segment.readUInt32LE(at)
    const contentBytes = segment.readUInt32LE(at + 4)
    const contentStart = at + 12 + inWords(nameBytes)
    // The name ends with a zero.
    yield { name: segment.toString('latin1', at + 12, at + 11 + nameBytes), content: slice(segment, contentStart, contentBytes) }
    at = contentStart + inWords(contentBytes)
  }
}

function inWords(bytes: number): number {
  return Math.ceil(bytes / 4) * 4
}

const PE_MACHINES: Machines = { 0x8664: 'x64', 0xaa64: 'arm64' }
/** In the optional header of 64-bit programs: where the third of the data directories is, that of the resources. */
const PE_RESOURCES = 112 + 2 * 8
const PE_RAW_DATA = 10

/** The resource is raw data under its name: three levels of directories lead to it, by type, name and language. */
function readPe(file: Buffer, resourceName: string): Executable {
  const header = file.subarray(file.readUInt32LE(0x3c))
  const optionalHeader = header.subarray(24)
  const sectionHeaders = optionalHeader.subarray(header.readUInt16LE(20))
  const arch = archOf(PE_MACHINES, header.readUInt16LE(4))
  const fileOffset = (address: number): number => {
    for (let index = 0; index < header.readUInt16LE(6); index++) {
      const section = sectionHeaders.subarray(index * 40)
      const inSection = address - section.readUInt32LE(12)
      if (inSection >= 0 && inSection < section.readUInt32LE(16)) return section.readUInt32LE(20) + inSection
    }
    throw new Error(`no section has the address ${address}`)
  }
  const resources = file.subarray(fileOffset(optionalHeader.readUInt32LE(PE_RESOURCES)))
  const type = peEntries(resources, 0).find(({ key }) => key === PE_RAW_DATA)
  const named = type && peEntries(resources, type.offset).find(({ key }) => key === resourceName)
  const inSomeLanguage = named && peEntries(resources, named.offset)[0]
  if (inSomeLanguage === undefined) return { platform: 'win32', arch, resource: undefined }
  const data = resources.subarray(inSomeLanguage.offset)
  return { platform: 'win32', arch, resource: slice(file, fileOffset(data.readUInt32LE(0)), data.readUInt32LE(4)) }
}

/** Of the directory at `start`; the highest bit tells a name from a number, and a directory from data. */
function peEntries(resources: Buffer, start: number): readonly { readonly key: string | number; readonly offset: number }[] {
  const count = resources.readUInt16LE(start + 12) + resources.readUInt16LE(start + 14)
  return Array.from({ length: count }, (_, index) => {
    const key = resources.readUInt32LE(start + 16 + index * 8)
    const offset = resources.readUInt32LE(start + 20 + index * 8) & 0x7fffffff
    return { key: key >= 0x80000000 ? peName(resources, key & 0x7fffffff) : key, offset }
  })
}

function peName(resources: Buffer, start: number): string {
  return resources.toString('utf16le', start + 2, start + 2 + resources.readUInt16LE(start) * 2)
}

function archOf(machines: Machines, machine: number): Executable['arch'] {
  const arch = machines[machine]
  if (arch === undefined) throw new Error(`a program for machine ${machine}`)
  return arch
}

function slice(bytes: Buffer, start: number, length: number): Buffer {
  return bytes.subarray(start, start + length)
}
