/** Whether a request comes from this machine, and over https: what the connection says, and what is believed of a proxy. */
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { createProximity } from '../src/http/proximity.ts'

function request(remoteAddress: string | undefined, headers: Readonly<Record<string, string>> = {}): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage
}

/** A localhost value in a header never makes a request local, from wherever it comes; another makes it remote. */
const CASES: readonly {
  readonly from: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly trusted?: readonly string[]
  readonly local: boolean
}[] = [
  { from: '127.0.0.1', local: true },
  { from: '127.1.2.3', local: true },
  { from: '::1', local: true },
  { from: '::ffff:127.0.0.1', local: true },
  { from: '192.0.2.1', local: false },
  { from: '2001:db8::1', local: false },
  { from: '128.0.0.1', local: false },
  { from: undefined, local: false },
  { from: '192.0.2.1', headers: { 'x-forwarded-for': '127.0.0.1' }, local: false },
  { from: '192.0.2.1', headers: { 'x-real-ip': '::1' }, local: false },
  { from: '10.0.0.1', headers: { 'x-forwarded-for': '127.0.0.1' }, trusted: ['10.0.0.0/8'], local: false },
  { from: '10.0.0.1', trusted: ['10.0.0.0/8'], local: false },
  { from: '127.0.0.1', headers: { 'x-forwarded-for': '203.0.113.9' }, local: false },
  { from: '127.0.0.1', headers: { 'x-forwarded-for': '127.0.0.1, 203.0.113.9' }, local: false },
  { from: '127.0.0.1', headers: { 'x-real-ip': '203.0.113.9' }, local: false },
  { from: '127.0.0.1', headers: { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '203.0.113.9' }, local: false },
  { from: '127.0.0.1', headers: { 'x-forwarded-for': '127.0.0.1.example.com' }, local: false },
  { from: '127.0.0.1', headers: { 'x-forwarded-for': '127.0.0.1:443' }, local: false },
  { from: '127.0.0.1', headers: { 'x-forwarded-for': '::ffff:127.0.0.1, localhost,,' }, local: true },
]

for (const { from, headers = {}, trusted = [], local } of CASES) {
  test(`a request from ${from} with ${JSON.stringify(headers)} is ${local ? 'local' : 'remote'}`, () => {
    assert.equal(createProximity(trusted).isLocal(request(from, headers)), local)
  })
}

/** To a server that trusts 10.0.0.0/8. */
function isSecure(from: string, headers: Readonly<Record<string, string>>): boolean {
  return createProximity(['10.0.0.0/8']).isSecure(request(from, headers))
}

test('a request came over https where this machine or a trusted proxy says so', () => {
  const https = { 'x-forwarded-proto': 'https' }
  assert.deepEqual(
    [isSecure('127.0.0.1', https), isSecure('10.1.2.3', https), isSecure('192.0.2.1', https), isSecure('127.0.0.1', {})],
    [true, true, false, false],
  )
  assert.equal(isSecure('127.0.0.1', { 'x-forwarded-proto': 'HTTPS, http' }), true)
  assert.equal(isSecure('127.0.0.1', { 'x-forwarded-proto': 'http, https' }), false)
})
