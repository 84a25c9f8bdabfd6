/** The page at `/`: tells a person where they are. One string, nothing to load. */
import { createHash } from 'node:crypto'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

export interface HomeFacts {
  readonly version: string
  /** Short and for a person, as `in memory`. */
  readonly log: string
  readonly authentication: string
  readonly acls: string
}

export interface HomePage {
  readonly html: string
  /** Lets the page run its own script and style, ask its own server, and nothing else. */
  readonly contentSecurityPolicy: string
}

const LOGO =
  '<svg viewBox="0 0 56 56" role="img" aria-label="Logbrook"><rect width="56" height="56" rx="14" fill="#0c6b70"/>' +
  '<g fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round">' +
  '<path d="M12 18q4-5 8 0t8 0 8 0 8 0"/><path d="M12 29q4-5 8 0t8 0 8 0" opacity=".8"/><path d="M12 40q4-5 8 0t8 0" opacity=".6"/></g></svg>'

/** As an address, for the tab. */
const ICON = `data:image/svg+xml,${encodeURIComponent(LOGO.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" '))}`

/** The script puts in the address by which the reader came. */
const URL_SLOT = '<span class="url">http://127.0.0.1:8080</span>'

const LINES: readonly { readonly what: string; readonly curl: string }[] = [
  {
    what: 'Create a topic',
    curl: `curl ${URL_SLOT}/v1/kafka/topics -H 'Content-Type: application/json' \\\n  -d '{"name":"logs","partitions":4}'`,
  },
  {
    what: 'Send it two logs, as a Datadog sender does',
    curl: `curl ${URL_SLOT}/dd/logs/api/v2/logs -H 'Content-Type: application/json' \\\n  -d '[{"message":"hello"},{"message":"brook"}]'`,
  },
  { what: 'Follow it', curl: `curl -N '${URL_SLOT}/v1/kafka/topics/logs/tail?from=earliest'` },
]

export function homePage(facts: HomeFacts): HomePage {
  return {
    html: render(facts),
    contentSecurityPolicy: [
      "default-src 'none'",
      `script-src '${hashOf(SCRIPT)}'`,
      // The bars set their own widths.
      "style-src 'unsafe-inline'",
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  }
}

function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`
}

function render({ version, log, authentication, acls }: HomeFacts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Logbrook</title>
<meta name="description" content="A mini log broker with an HTTP front door">
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
</head>
<body>
<header>
${LOGO}
<div>
<h1>Logbrook <small>${version}</small></h1>
<p class="lead">A log broker runs here. Records go in and come out over HTTP, by Kafka’s rules.</p>
</div>
</header>
<main>
<ul class="facts" aria-label="How this broker runs">
<li>log <b>${log}</b></li>
<li>authentication <b>${authentication}</b></li>
<li>ACLs <b>${acls}</b></li>
</ul>
<h2 id="topics-title">Topics</h2>
<section class="sheet scroll" id="topics" aria-labelledby="topics-title" tabindex="0"><p class="note">Looking…</p></section>
<noscript><p class="note">Topics are listed by <a href="/v1/kafka/topics">/v1/kafka/topics</a>.</p></noscript>
<h2>Try it</h2>
<ol class="sheet try">
${LINES.map(({ what, curl }) => `<li><p>${what}</p><pre>${curl}</pre></li>`).join('\n')}
</ol>
</main>
<footer>
<nav aria-label="More">
<a href="/openapi.json">Every endpoint (OpenAPI)</a>
<a href="/metrics">Metrics (Prometheus)</a>
<a href="/readyz">Readiness</a>
</nav>
</footer>
<script>${SCRIPT}</script>
</body>
</html>
`
}
