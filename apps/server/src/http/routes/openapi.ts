/** `GET /openapi.json`. Open: it says what there could be, not what there is. */
import packageJson from '../../../package.json' with { type: 'json' }
import type { App } from '../context.ts'

export function registerOpenApi(app: App): void {
  let written: Promise<string> | undefined

  app.get('/openapi.json', async (c) => {
    written ??= write()
    return c.body(await written, 200, { 'Content-Type': 'application/json' })
  })
}

/** Loaded when it is asked for: building schemas takes longer than starting the broker. */
async function write(): Promise<string> {
  const { openApiDocument } = await import('@logbrook/contract/openapi')
  return JSON.stringify(openApiDocument(packageJson.version))
}
