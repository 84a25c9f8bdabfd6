/** curl, gzip and zstd as people have them: what they make of a request and of a body is understood. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bash } from '../bash.ts'
import { decoded } from '../broker-requests.ts'
import type { WirePartition, WireRecord } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import type { RealProcess } from '../real-process.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const READER = String.raw`reader:pass:word: "ü"`
const INIT = {
  topics: ['logs', 'zstd', 'gzip', 'empty'].map((name) => ({ name, partitions: 1 })),
  users: [{ name: 'reader', password: READER.slice('reader:'.length), role: 'dba' }],
}

describe('curl', () => {
  let broker: RealProcess
  let directory: string
  const opened = new AsyncDisposableStack()
  before(async () => {
    directory = opened.use(await temporaryDirectory()).path
    const initFile = join(directory, 'init.json')
    await writeFile(initFile, JSON.stringify(INIT))
    broker = opened.use(await startProcess(['--memory', '--auth', 'required', '--init-file', initFile]))
  })
  after(() => opened.disposeAsync())

  /** Runs a script in the test's directory; `$url` is the broker's, `$reader` the user and the password. */
  async function run(script: string): Promise<string> {
    const ended = await bash(`set -euo pipefail; cd "$directory"; ${script}`, {
      url: broker.url,
      reader: READER,
      directory,
    })
    assert.equal(ended.code, 0, ended.stdout + ended.stderr)
    return ended.stdout
  }

  async function valuesOf(topic: string): Promise<readonly string[]> {
    const body = JSON.stringify({ topics: [{ topic, partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1e6 }] }] })
    const answer = await run(`curl -sS --fail-with-body -u "$reader" "$url/v1/kafka/fetch" -d '${body}'`)
    const { topics } = JSON.parse(answer) as { topics: { partitions: WirePartition[] }[] }
    return topics[0]!.partitions[0]!.records.map(({ value }) => decoded(value))
  }

  const SEND = 'curl -sS --fail-with-body -H "dd-api-key: $reader" -H "content-type: application/json"'

  test('reads with a GET that has a body, and with --compressed, what it reads with a POST', async () => {
    await run(`${SEND} "$url/dd/logs/api/v2/logs" -d '[{"message":"hello"}, {"message":"w\\u00f6rld"}]'`)
    const request = '{"topics":[{"topic":"logs","partitions":[{"partition":0,"fetch_offset":1,"partition_max_bytes":1000}]}]}'
    const fetch = `curl -sS --fail-with-body -u "$reader" "$url/v1/kafka/fetch" -d '${request}'`
    const post = await run(fetch)
    const { topics } = JSON.parse(post) as { topics: { partitions: WirePartition[] }[] }
    assert.deepEqual(
      topics[0]?.partitions[0]?.records.map(({ offset, value }) => [offset, decoded(value)]),
      [[1, String.raw`{"message":"w\u00f6rld"}`]],
    )
    assert.equal(await run(`${fetch} -X GET`), post)
    assert.equal(await run(`${fetch} --compressed`), post)
    assert.equal(await run(`${fetch} -X GET -H 'Transfer-Encoding: chunked' -H 'Content-Type: application/x-unheard-of'`), post)
  })

  test('names a user whose password holds colons, spaces, quotes and an umlaut', async () => {
    const url = '"$url/v1/kafka/fetch_single_record?topic=logs&partition=0&offset=0"'
    await run(`${SEND} "$url/dd/logs/api/v2/logs" -d '[{}]'`)
    const record = JSON.parse(await run(`curl -sS --fail-with-body -u "$reader" ${url}`)) as WireRecord
    assert.equal(record.offset, 0)
    const refused = await run(`curl -sS -o /dev/null -w '%{http_code} %header{www-authenticate}' -u "\${reader%:*}" ${url}`)
    assert.match(refused, /^401 Basic /)
  })

  test('sends a file compressed by zstd, also in several frames', async () => {
    await run(`
      printf '[{"n":1},' | zstd -q -c > body.zst
      printf ' {"n" : 2}]' | zstd -q -c -19 >> body.zst
      ${SEND} -H 'Content-Encoding: zstd' "$url/dd/zstd/api/v2/logs" --data-binary @body.zst`)
    assert.deepEqual(await valuesOf('zstd'), ['{"n":1}', '{"n" : 2}'])
  })

  test('sends gzip files that were put one after the other', async () => {
    await run(`
      printf '[{"n":1},{"n"' | gzip -c > a.gz
      printf ':2} ]' | gzip -9 -c > b.gz
      cat a.gz b.gz > body.gz
      ${SEND} -H 'Content-Encoding: gzip' "$url/dd/gzip/v1/input" --data-binary @body.gz`)
    assert.deepEqual(await valuesOf('gzip'), ['{"n":1}', '{"n":2}'])
  })

  test('is told of a compressed file that was cut off, and nothing is stored', async () => {
    for (const [tool, encoding] of [
      ['gzip', 'gzip'],
      ['zstd -q', 'zstd'],
    ]) {
      const answer = await run(`
        printf '[{"n":1}]' | ${tool} -c | head -c -3 > cut
        curl -sS -w '\\n%{http_code}' -H "dd-api-key: $reader" -H 'content-type: application/json' -H 'Content-Encoding: ${encoding}' \\
          "$url/dd/empty/api/v2/logs" --data-binary @cut`)
      const [body = '', status] = answer.split('\n')
      assert.equal(status, '400')
      assert.equal((JSON.parse(body) as { code: string }).code, 'INVALID_REQUEST')
    }
    assert.deepEqual(await valuesOf('empty'), [])
  })
})
