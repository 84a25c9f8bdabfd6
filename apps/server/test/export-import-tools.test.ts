/** Archives and the zip programs of others: they read ours, and we read theirs. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bash } from './bash.ts'
import { base64, contentsOf, createTopic, deleteTopic, produce, say } from './export-import.ts'
import { startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'
import { skipWithout } from './operations/tools.ts'
import { temporaryDirectory } from './temporary-directory.ts'

let api: TestServer
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let contents: object
let file = ''
const here = () => ({ url: api.url, clock: api.clock })

before(async () => {
  api = await startTestServer()
  directory = await temporaryDirectory()
  file = join(directory.path, 'logs.zip')
  await createTopic(api.url, { name: 'logs', partitions: 2 })
  // Not only text that deflates: bytes that hold the marks by which zip's parts are told apart.
  const marks = Buffer.concat(
    Array.from({ length: 200 }, (_, i) => Buffer.from(`PK\u0003\u0004PK\u0007\u0008PK\u0001\u0002${i * i * 7919}`)),
  )
  await produce(api.url, 'logs', 0, [{ value: marks.toString('base64') }, { value: base64('größer') }])
  await produce(
    api.url,
    'logs',
    1,
    Array.from({ length: 500 }, (_, i) => ({ value: base64(`${i}`.repeat(100)) })),
  )
  contents = await contentsOf(api.url, 'logs')
  await say(['export', 'logs', '-o', file], here())
  await deleteTopic(api.url, 'logs')
})
after(async () => {
  await api.close()
  await directory[Symbol.asyncDispose]()
})

/** What the script said. The archive is `$file`, an empty folder `$folder`. @throws AssertionError when it fails */
async function script(text: string): Promise<string> {
  await using folder = await temporaryDirectory()
  const { code, stdout, stderr } = await bash(`set -euo pipefail; ${text}`, { file, folder: folder.path })
  assert.equal(code, 0, stderr)
  return stdout
}

describe('ours are read by', () => {
  test('unzip', { skip: skipWithout('unzip') }, async () => {
    assert.match(await script('unzip -t "$file"'), /No errors detected in compressed data/)
    const listed = await script('unzip -Z1 "$file"')
    assert.equal(listed, 'topics/logs/0/00000000000000000000.ndjson\ntopics/logs/1/00000000000000000000.ndjson\nmanifest.json\n')
    assert.equal(await script(`unzip -p "$file" '*/1/*' | wc -l`), '500\n')
  })

  test('python', { skip: skipWithout('python3') }, async () => {
    const check = 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).testzip())'
    assert.equal(await script(`python3 -c '${check}' "$file"`), 'None\n')
  })
})

const PYTHON = `import pathlib, zipfile
with zipfile.ZipFile("../theirs.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for path in pathlib.Path(".").rglob("*"): archive.write(path)`

describe('theirs are imported', () => {
  /** Each makes `$folder/theirs.zip` of the files below `$folder/files`. */
  const makers: readonly (readonly [what: string, tool: string, make: string])[] = [
    ['zip', 'zip', 'zip -qr ../theirs.zip .'],
    ['zip, uncompressed', 'zip', 'zip -qr0 ../theirs.zip .'],
    ['zip, into a pipe', 'zip', 'zip -qr - . | cat > ../theirs.zip'],
    ["python's zipfile", 'python3', `python3 -c '${PYTHON}'`],
    // Of sizes and places that would fit into 32 bits, which any reader of larger archives has to take.
    [
      "python's zipfile, with ZIP64",
      'python3',
      `python3 -c 'import zipfile; zipfile.ZIP64_LIMIT = zipfile.ZIP_FILECOUNT_LIMIT = 1\n${PYTHON}'`,
    ],
  ]
  for (const [what, tool, make] of makers) {
    test(`from ${what}`, { skip: skipWithout(tool, 'unzip') }, async () => {
      await using folder = await temporaryDirectory()
      const steps = `mkdir "$folder/files"; cd "$folder/files"; unzip -q "$file"; ${make}`
      const { code, stderr } = await bash(`set -euo pipefail; ${steps}`, { file, folder: folder.path })
      assert.equal(code, 0, stderr)
      await say(['import', join(folder.path, 'theirs.zip')], here())
      assert.deepEqual(await contentsOf(api.url, 'logs'), contents)
      await deleteTopic(api.url, 'logs')
    })
  }
})
