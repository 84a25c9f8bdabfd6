/** Hashing on a thread of its own: the same hashes, for each who asked, behind everyone else. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { platform } from 'node:os'
import { test } from 'node:test'
import { PasswordThread } from '../src/password-thread.ts'
import { createScramCredential, deriveNow, passwordMatches } from '../src/scram.ts'

const SALT = new Uint8Array(32)

test('each who asks at once gets the hash of their own password', async () => {
  await using thread = new PasswordThread()
  const asked = Array.from({ length: 20 }, (_, i) => ({ password: `password ${i}`, salt: SALT, iterations: 1 + (i % 7) * 500 }))
  const answers = await Promise.all(asked.map((one) => thread.derive(one)))
  assert.deepEqual(
    answers.map((bytes) => Buffer.from(bytes).toString('hex')),
    asked.map((one) => Buffer.from(deriveNow(one)).toString('hex')),
  )
})

test('a credential made in the thread pool is matched by the thread', async () => {
  await using thread = new PasswordThread()
  const credential = await createScramCredential('right')
  assert.equal(await passwordMatches(credential, 'right', thread.derive), true)
  assert.equal(await passwordMatches(credential, 'wrong', thread.derive), false)
})

test('what is under way when it ends is refused, and it begins again for who asks after', async () => {
  const thread = new PasswordThread()
  const refused = assert.rejects(thread.derive({ password: 'p', salt: SALT, iterations: 50_000_000 }), /ended/)
  await thread[Symbol.asyncDispose]()
  await refused
  await using again = thread
  assert.equal((await again.derive({ password: 'p', salt: SALT, iterations: 1 })).length, 64)
})

test('the thread steps back, and only it', { skip: platform() !== 'linux' && 'only Linux gives each thread a priority' }, async () => {
  const before = niceValues()
  await using thread = new PasswordThread()
  await thread.derive({ password: 'p', salt: SALT, iterations: 1 })
  assert.deepEqual(niceValues().filter((nice) => nice === 19).length, before.filter((nice) => nice === 19).length + 1)
})

/** Of every thread of this process: field 19 of its `stat`, the 17th after the name in parentheses (proc(5)). */
function niceValues(): readonly number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
  })
}
