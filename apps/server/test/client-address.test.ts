/** Whose request it is, by address: directly, and through proxies that are trusted or not. */
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { createClientAddress, isAddressOrSubnet } from '../src/http/client-address.ts'
import { startTestServer } from './own-api-server.ts'

function request(remoteAddress: string | undefined, forwardedFor?: string): IncomingMessage {
  return { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwardedFor } } as unknown as IncomingMessage
}

const CASES: readonly {
  readonly name: string
  readonly trusted: readonly string[]
  readonly from: string | undefined
  readonly forwarded?: string
  readonly address: string
}[] = [
  { name: 'nobody is trusted', trusted: [], from: '192.0.2.1', forwarded: '198.51.100.7', address: '192.0.2.1' },
  {
    name: 'the connection is not from the proxy',
    trusted: ['127.0.0.1'],
    from: '192.0.2.1',
    forwarded: '198.51.100.7',
    address: '192.0.2.1',
  },
  { name: 'the proxy says who', trusted: ['127.0.0.1'], from: '127.0.0.1', forwarded: '198.51.100.7', address: '198.51.100.7' },
  { name: 'the proxy says nothing', trusted: ['127.0.0.1'], from: '127.0.0.1', address: '127.0.0.1' },
  {
    name: 'the client made up the beginning',
    trusted: ['127.0.0.1'],
    from: '127.0.0.1',
    forwarded: '10.0.0.1, 198.51.100.7',
    address: '198.51.100.7',
  },
  {
    name: 'two proxies, one by its subnet',
    trusted: ['127.0.0.1', '10.0.0.0/8'],
    from: '127.0.0.1',
    forwarded: '203.0.113.9, 198.51.100.7,10.1.2.3',
    address: '198.51.100.7',
  },
  { name: 'all of them are proxies', trusted: ['10.0.0.0/8'], from: '10.0.0.1', forwarded: '10.0.0.3, 10.0.0.2', address: '10.0.0.3' },
  {
    name: 'a dual-stack socket',
    trusted: ['127.0.0.1'],
    from: '::ffff:127.0.0.1',
    forwarded: '::ffff:198.51.100.7',
    address: '198.51.100.7',
  },
  { name: 'IPv6', trusted: ['2001:db8::/32'], from: '2001:db8::1', forwarded: '2001:0DB9:0:0::7', address: '2001:db9::7' },
  {
    name: 'what the proxy wrote is no address',
    trusted: ['127.0.0.1'],
    from: '127.0.0.1',
    forwarded: '198.51.100.7, unknown',
    address: '127.0.0.1',
  },
  { name: 'an address with a port', trusted: ['127.0.0.1'], from: '127.0.0.1', forwarded: '198.51.100.7:443', address: '127.0.0.1' },
  { name: 'the connection is gone', trusted: ['127.0.0.1'], from: undefined, forwarded: '198.51.100.7', address: '' },
]

for (const { name, trusted, from, forwarded, address } of CASES) {
  test(`the client's address: ${name}`, () => {
    assert.equal(createClientAddress(trusted)(request(from, forwarded)), address)
  })
}

test('what a trusted proxy may be', () => {
  for (const text of ['127.0.0.1', '::1', '10.0.0.0/8', '0.0.0.0/0', '192.0.2.1/32', '2001:db8::/32', '::/0', '::1/128']) {
    assert.ok(isAddressOrSubnet(text), text)
  }
  for (const text of [
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    '10.0.0',
    '/8',
    '10.0.0.0/1e1',
  ]) {
    assert.ok(!isAddressOrSubnet(text), text)
  }
})

test('bindings are asked for the client, not for the proxy, and only where the proxy is trusted', async () => {
  for (const { trustedProxies, status } of [
    { trustedProxies: ['127.0.0.1'], status: 200 },
    { trustedProxies: [], status: 403 },
  ]) {
    await using server = await startTestServer({ acls: true, superUsers: ['User:admin'], trustedProxies })
    const asAdmin = { principal: 'User:admin', host: '127.0.0.1' } as const
    await server.server.broker.topics.create(asAdmin, { name: 'logs', partitions: 1, config: {} })
    await server.server.broker.permissions.add(asAdmin, [
      {
        principal: 'User:ANONYMOUS',
        host: '198.51.100.7',
        operation: 'DESCRIBE',
        permissionType: 'ALLOW',
        resourceType: 'TOPIC',
        resourceName: 'logs',
        patternType: 'LITERAL',
      },
    ])
    const answer = await server.ask('/v1/kafka/topics/logs/offsets', { headers: { 'x-forwarded-for': '198.51.100.7' } })
    assert.equal(answer.status, status, JSON.stringify(answer.body))
  }
})
