import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manifest } from '../manifest.ts'

test('the package names the repository whose workflow makes it, and none where no workflow does', () => {
  assert.deepEqual(places(manifest({})), {})
  assert.deepEqual(places(manifest({ GITHUB_SERVER_URL: 'https://github.example', GITHUB_REPOSITORY: 'someone/logs' })), {
    homepage: 'https://github.example/someone/logs#readme',
    bugs: 'https://github.example/someone/logs/issues',
    repository: { type: 'git', url: 'git+https://github.example/someone/logs.git', directory: 'apps/server' },
  })
})

function places(made: object): object {
  return Object.fromEntries(Object.entries(made).filter(([key]) => /^(?:homepage|bugs|repository)$/.test(key)))
}
