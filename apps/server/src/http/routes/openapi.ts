/** `GET /openapi.json`. Open: it says what there could be, not what there is. */
import packageJson from '../../../package.json' with { type: 'json' }
import type { App, RouteContext } from '../context.ts'

export function registerOpenApi(app: App, { options }: RouteContext): void {
  let written: Promise<string> | undefined

  app.get('/openapi.json', async (c) => {
    written ??= write(options.controls !== undefined)
    return c.body(await written, 200, { 'Content-Type': 'application/json' })
  })
}

/** Loaded when it is asked for: building schemas takes longer than starting the broker. */
async function write(hasControls: boolean): Promise<string> {
  const { openApiDocument } = await import('@logbrook/contract/openapi')
  const more = hasControls ? (await import('@logbrook/contract/testing-routes')).TESTING_ROUTES : []
  return JSON.stringify(openApiDocument(packageJson.version, more))
}
