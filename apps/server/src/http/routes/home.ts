/** `GET /`: the page that tells a person where they are. Open; what it lists, it asks for as its reader. */
import packageJson from '../../../package.json' with { type: 'json' }
import type { App, RouteContext } from '../context.ts'
import { homePage } from '../home/page.ts'
import type { HomePage } from '../home/page.ts'

export function registerHome(app: App, { options }: RouteContext): void {
  let page: HomePage | undefined

  app.get('/', (c) => {
    page ??= homePage({
      version: packageJson.version,
      log: options.location === 'memory' ? 'in memory' : `on disk, durability ${options.durability}`,
      authentication: options.authentication,
      acls: options.acls ? 'on' : 'off',
    })
    return c.html(page.html, 200, {
      'Content-Security-Policy': page.contentSecurityPolicy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache',
    })
  })
}
