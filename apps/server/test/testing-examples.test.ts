/** The examples in other languages, run as their readers run them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { placeProgram } from './operations/program.ts'
import { skipWithout } from './operations/tools.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const EXAMPLES = join(import.meta.dirname, '../../../examples')

interface Example {
  readonly name: string
  /** What it needs. */
  readonly tools: readonly string[]
  readonly command: readonly [string, ...string[]]
  /** What the command says when every test has run and passed. */
  readonly passed: RegExp
}

const EXAMPLES_IN_OTHER_LANGUAGES: readonly Example[] = [
  { name: 'pytest', tools: ['python3', 'pytest'], command: ['pytest', '-v'], passed: /test_sends_every_log PASSED[^]*\b8 passed\b/ },
  { name: 'go', tools: ['go'], command: ['go', 'test', '-v', '-count=1', './...'], passed: /--- PASS: TestSendsEveryLog[^]*\nPASS\nok / },
]

for (const { name, tools, command, passed } of EXAMPLES_IN_OTHER_LANGUAGES) {
  test(name, { skip: skipWithout(...tools) }, async () => {
    await using directory = await temporaryDirectory()
    const project = join(directory.path, name)
    await cp(join(EXAMPLES, name), project, { recursive: true })
    assert.match(await run(command, project, await placeProgram(directory.path)), passed)
  })
}

/** @throws Error with all that the command said, when it fails */
function run([command, ...args]: Example['command'], cwd: string, logbrook: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // Nothing is asked of the network, or of a C compiler.
  const env = { ...process.env, LOGBROOK: logbrook, GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '', CGO_ENABLED: '0' }
  execFile(command, args, { cwd, env }, (error, stdout, stderr) => {
    if (error === null) resolve(stdout)
    else reject(new Error(`${command} failed:\n${stdout}${stderr}`, { cause: error }))
  })
  return promise
}
