/** SCRAM-SHA-512 against values computed by Python's hashlib and hmac. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCRAM_ITERATIONS, SCRAM_SALT_BYTES } from '@logbrook/kafka/limits'
import { createScramCredential, passwordMatches, scramCredential, unmatchableCredential } from '../src/scram.ts'

interface Vector {
  readonly name: string
  readonly password: string
  readonly salt: string
  readonly iterations: number
  readonly storedKey: string
  readonly serverKey: string
}

const VECTORS: readonly Vector[] = [
  {
    name: "a plain password, Kafka's iterations",
    password: 'pencil',
    salt: '00112233445566778899aabbccddeeff',
    iterations: 4096,
    storedKey:
      'a651665b3ec1aa04f2cb1c0444aedb32c02a484fc4af68b74df4d4335fe334d12929538a742500b657cc0a202e30342f64d65ab9326994e2aabdf261eee71304',
    serverKey:
      'f919e31df2abf00e82064cac16eef4da99b57ce04b1ae4654eb5cf95a9998443840ae503b38f6ba385793c57d4a8dd369707a6934d345bca1ea8fcd71bcfb0b8',
  },
  {
    name: 'a colon, a space and letters of two and three bytes, under a salt as Kafka makes them',
    password: 'pa:ss wörd €',
    salt: '31747839706e6c796f787976356d727175307931753471317639',
    iterations: 4096,
    storedKey:
      'd7b9cef5fa36d6e9cc434dc5e71c358ac6720de1f9ef61c4f0dc589341416cd0c35996f967f76ecd67d32deb0b5be60f8403e3af97c442ab99f381074ad9372a',
    serverKey:
      '0024d26e1454bd2a84be97f26a44ef3db7cd7cf46d9eb2f4747b6a1f031c93fd1e925adc04caf953d45c9bad4226dbef64f9a12b940ef0dd421384b422056745',
  },
  {
    name: 'nothing, once',
    password: '',
    salt: '00000000000000000000000000000000',
    iterations: 1,
    storedKey:
      '95802a726ca28cba32596ae082f5f5fa68e36b505e26deb338dc146f0cd7a505513b5f955858b7af7ccfd4a56ec8b4f10dfc98fb62c10162120ea948e8ea0938',
    serverKey:
      '2deabaceea6a161a7f8e224557710cb7aa8cfb1c1a1d63ef5495f785746b56e2e748235eb3ed87f2e9a643466730902050102278be547fc3941e96d2b77fbbbc',
  },
  {
    name: 'a letter that SASLprep would replace (U+212B) and Kafka does not',
    password: '\u212b',
    salt: '73616c74',
    iterations: 8192,
    storedKey:
      '92a8f199e86996f8035781ac2746527d6cc853e6265ee8862df7b03b26f5b7f9d94e7a7b3b0bfba99ea43097293e9c4bbf4598acde28f8feeeb88010a6810812',
    serverKey:
      'ad7a671d33b415c61f8ef10ae54cbdb523ae326035d51f5af7b2d51f063fd7c25a854fa530b1645af1649483a37adf607cd20518d30dae1971df5d627c8fface',
  },
  {
    name: 'the longest password, longer than a block of the hash',
    password: 'x'.repeat(1024),
    salt: '78'.repeat(32),
    iterations: 4096,
    storedKey:
      'a1a9257a2b1e83ce49de00a3abedd3d98c71503dda86a26aa7b8ac95056edbeff3423364f7be3ee0f23aa503afc1e5694b8a37b7c187ab2257c667c9bfc07940',
    serverKey:
      '1d8bbb48d02b4074436c068783b1471c33893b60e6d5bc350003b0cb945c60756b065fcb8bf8724252952b08d58327a24930cbb7ff940fc6abba18655cef63c5',
  },
]

for (const { name, password, salt, iterations, storedKey, serverKey } of VECTORS) {
  test(`vector: ${name}`, async () => {
    const credential = await scramCredential({ password, salt: Buffer.from(salt, 'hex'), iterations })
    assert.equal(Buffer.from(credential.storedKey).toString('hex'), storedKey)
    assert.equal(Buffer.from(credential.serverKey).toString('hex'), serverKey)
    assert.equal(await passwordMatches(credential, password), true)
    assert.equal(await passwordMatches(credential, `${password}x`), false)
  })
}

test("a new credential has Kafka's iterations and a salt of its own", async () => {
  const [one, other] = await Promise.all([createScramCredential('same'), createScramCredential('same')])
  assert.equal(one.iterations, SCRAM_ITERATIONS)
  assert.equal(one.salt.byteLength, SCRAM_SALT_BYTES)
  assert.notDeepEqual(one.salt, other.salt)
  assert.notDeepEqual(one.storedKey, other.storedKey)
})

test('a credential that came back damaged matches nothing', async () => {
  const credential = await createScramCredential('pencil')
  assert.equal(await passwordMatches({ ...credential, storedKey: credential.storedKey.subarray(1) }, 'pencil'), false)
})

test('no password matches the credential of nobody, and it costs as much as one of somebody', async () => {
  const nobody = unmatchableCredential()
  assert.equal(await passwordMatches(nobody, ''), false)
  assert.equal(nobody.iterations, SCRAM_ITERATIONS)
})
