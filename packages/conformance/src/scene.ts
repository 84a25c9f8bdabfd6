/** Where one case plays: its names, its connections, its administration, and the check of every answer. */
import { AssertionError } from 'node:assert/strict'
import type { Administration } from './administration.ts'
import type { ConformanceCase, Exchange, Expectation, Given, Hands, Request } from './case.ts'
import { Connection } from './connection.ts'
import type { Response } from './connection.ts'
import { mismatches, Rule } from './match.ts'
import type { Pattern } from './match.ts'
import type { Names } from './names.ts'

export interface Scene {
  /** The server under test. */
  readonly url: URL
  /** Fills a text's placeholders. */
  readonly names: Names
  readonly administration: Administration
  /** Those that the case asked for are there. */
  readonly hands: Required<Hands>
  open(): Promise<Connection>
  /** Sends on a connection of its own and checks the answer. */
  exchange(exchange: Exchange): Promise<Response>
  /** Sends a request with its placeholders filled. */
  send(request: Request): Promise<Response>
  check(response: Response | null, expectation: Expectation, what: string): Response
}

export interface SceneOptions {
  readonly url: URL
  readonly names: Names
  readonly administration: Administration
  readonly hands: Hands
}

export function createScene({ url, names, administration, hands }: SceneOptions): Scene {
  const scene: Scene = {
    url,
    names,
    administration,
    hands: hands as Required<Hands>,
    open: () => Connection.open(url),
    async exchange({ request, expect }) {
      return scene.check(await scene.send(request), expect, describeRequest(request))
    },
    async send(request) {
      using connection = await Connection.open(url)
      const response = await connection.exchange(fillRequest(request, names))
      if (response === null)
        throw new AssertionError({ message: `${describeRequest(request)}: the connection was closed without an answer` })
      return response
    },
    check(response, expectation, what) {
      const lines = response === null ? ['the connection was closed without an answer'] : differences(expectation, response, names)
      if (response !== null && lines.length === 0) return response
      const answer = response === null ? '' : `\n  answered ${response.status} ${excerpt(response.body.toString())}`
      throw new AssertionError({ message: names([what, ...lines].join('\n  ')) + answer })
    },
  }
  return scene
}

const GIVEN: Required<Given> = { topics: [{ name: '$TOPIC' }], users: [], bindings: [], records: [], trims: [] }

/** Makes what is given, plays the case, and takes away what it made. */
export async function playScene(scene: Scene, one: ConformanceCase): Promise<void> {
  const { topics, users, bindings, records, trims } = fill({ ...GIVEN, ...one.given }, scene.names)
  const { administration } = scene
  try {
    for (const topic of topics) await administration.createTopic(topic)
    for (const user of users) await administration.createUser(user)
    if (bindings.length > 0) await administration.addBindings(bindings)
    for (const some of records) await administration.produce(some)
    for (const trim of trims) await administration.trim(trim)
    for (const step of one.steps ?? []) await scene.exchange(step)
    await one.play?.(scene)
  } finally {
    // A case may have deleted them itself, or stopped the server.
    await Promise.allSettled([
      ...topics.map(({ name }) => administration.deleteTopic(name)),
      ...users.map(({ name }) => administration.deleteUser(name)),
      ...(bindings.length > 0 ? [administration.deleteBindings(bindings)] : []),
    ])
  }
}

function differences(expectation: Expectation, response: Response, names: Names): readonly string[] {
  const lines: string[] = []
  const statuses = [expectation.status].flat()
  if (!statuses.includes(response.status)) lines.push(`status: ${response.status} instead of ${statuses.join(' or ')}`)
  for (const [name, expected] of Object.entries(expectation.headers ?? {})) {
    const actual = response.headers.get(name.toLowerCase()) ?? null
    const fits = expected instanceof RegExp ? actual !== null && expected.test(actual) : actual === expected
    if (!fits) lines.push(`header ${name}: ${JSON.stringify(actual)} instead of ${String(expected)}`)
  }
  const body = response.body.toString()
  if (expectation.body !== undefined && body !== names(expectation.body))
    lines.push(`body: ${excerpt(body)} instead of ${expectation.body}`)
  if (expectation.json !== undefined) lines.push(...jsonDifferences(fill(expectation.json, names), response))
  return lines
}

function jsonDifferences(pattern: Pattern, response: Response): readonly string[] {
  const type = response.headers.get('content-type') ?? ''
  const lines = /^application\/json(;|$)/.test(type) ? [] : [`header content-type: ${JSON.stringify(type)} instead of application/json`]
  try {
    return [...lines, ...mismatches(pattern, JSON.parse(response.body.toString()))]
  } catch {
    return [...lines, 'body: is not JSON']
  }
}

const ESCAPED_PLACEHOLDER = /\\(\$[A-Z]+)/g

/** Fills the placeholders of every string in a value, keys too. */
export function fill<T>(value: T, names: Names): T {
  if (typeof value === 'string') return names(value) as T
  if (value instanceof RegExp)
    return new RegExp(
      value.source.replaceAll(ESCAPED_PLACEHOLDER, (_, placeholder: string) => names(placeholder)),
      value.flags,
    ) as T
  if (typeof value !== 'object' || value === null || value instanceof Rule || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map((item: unknown) => fill(item, names)) as T
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [names(key), fill(item as unknown, names)])) as T
}

export function fillRequest(request: Request, names: Names): Request {
  return { ...request, ...fill({ path: request.path, headers: request.headers ?? {} }, names), ...filledBody(request, names) }
}

function filledBody({ body }: Request, names: Names): Pick<Request, 'body'> {
  if (body === undefined) return {}
  return { body: typeof body === 'string' ? names(body) : body }
}

function describeRequest({ method, path, headers = {} }: Request): string {
  const shown = Object.entries(headers).map(([name, value]) => ` ${name}: ${[value].flat().join(', ')}`)
  return `${method} ${path}${shown.join(';')}`
}

const EXCERPT_LENGTH = 500

function excerpt(text: string): string {
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}… (${text.length} characters)` : text
}
