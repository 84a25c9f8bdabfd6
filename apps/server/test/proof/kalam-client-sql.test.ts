/** KalamDB's own client, the published one, works on the broker as on KalamDB: SQL, files, live queries, and topics that are told of tables. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { requestJson } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import type { RealProcess } from '../real-process.ts'
import { sqlClient } from '../sql-client.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { buildKalamClient, skipWithoutKalamClient } from './kalam-client.ts'
import type { KalamClient, Witness } from './kalam-client.ts'
import { startUnsteadyLink } from './unsteady-link.ts'

const PASSWORD = 'wonderland'
const INIT = {
  users: Object.entries({ chief: 'dba', alice: 'user', bob: 'user', worker: 'service' }).map(([name, role]) => ({
    name,
    role,
    password: PASSWORD,
  })),
  acls: [
    ['TOPIC', 'chat.events'],
    ['GROUP', '*'],
  ].map(([type, name]) => ({ principal: 'User:worker', operation: 'READ', resource_type: type, resource_name: name })),
}
/** Longer than a token is good for. */
const TOKEN_AGE = '25h'

/** What the client makes of rows, and of what is said of none. */
function table(columns: readonly string[], ...rows: readonly (readonly unknown[])[]): readonly object[] {
  return [{ columns, rows: rows.length === 0 ? null : rows }]
}

function said(message: string, rowCount = 0): readonly unknown[] {
  return [[message, rowCount]]
}

/** What the client makes of a refusal: the answer itself, in words. */
function refused(status: number, code: string, message: string, statement?: string): RegExp {
  const error = JSON.stringify({ code, message, ...(statement !== undefined && { details: statement }) })
  return new RegExp(`^Server error \\(${status}\\): ${literally(`{"status":"error","error":${error},"results":[],"took":`)}[\\d.]+}$`)
}

function literally(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
}

/** Of notes, without what says that they are there. */
function row(id: number, body: string, seq: number): object {
  return { id, body, _seq: String(seq) }
}

/** Of a note as `SELECT *` gives it to a subscriber. */
function note(id: number, body: string, seq: number): object {
  return { id, body, _seq: String(seq), _deleted: false }
}

/** What the client makes of the error that a subscription ends with. */
function failed(code: string, message: string): string {
  return `WebSocket error: Subscription failed (${code}): ${message}`
}

/** A subscription that was resumed, among those that there are. */
function asKept(from: number): readonly object[] {
  return table(['subscription_id', 'options'], ['resumed', JSON.stringify({ batch_size: null, last_rows: null, from: String(from) })])
}

/** What a topic is told of a message. */
function told(message: object): string {
  return JSON.stringify({ ...message, _table: 'chat:messages' })
}

function reference(id: string, name: string, mime: string, bytes: Buffer): object {
  return { id, sub: 'f0001', name, size: bytes.length, mime, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** By another client; answers the broker's address. */
async function change(url: string, statement: string): Promise<string> {
  await (await sqlClient(url, `chief:${PASSWORD}`)).run(statement)
  return url
}

/** Each thing by name, in order; words that vary by an expression. */
function assertSeen(seen: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, unknown>>): void {
  assert.deepEqual(Object.keys(seen), Object.keys(expected))
  for (const [what, value] of Object.entries(expected)) {
    if (value instanceof RegExp) assert.match(String(seen[what]), value, what)
    else assert.deepEqual(seen[what], value, what)
  }
}

describe("KalamDB's client of SQL", { skip: skipWithoutKalamClient(), timeout: 300_000 }, () => {
  let client: KalamClient
  let broker: RealProcess
  let guarded: readonly string[]
  const opened = new AsyncDisposableStack()

  before(async () => {
    client = await buildKalamClient()
    const directory = opened.use(await temporaryDirectory())
    const initFile = join(directory.path, 'init.json')
    await writeFile(initFile, JSON.stringify(INIT))
    // It logs in for each download and each consumer.
    const rates = ['--auth-requests-per-second', '0', '--sql-requests-per-second', '0']
    guarded = ['--memory', '--auth', 'required', '--acls', 'on', '--init-file', initFile, ...rates]
    broker = opened.use(await startProcess(guarded))
  })
  after(() => opened.disposeAsync())

  function witness(subject: string, { url = broker.url, during = {} }: Partial<Witness> = {}): Promise<Record<string, unknown>> {
    return client.witness(subject, { url, during })
  }

  test('runs statements, at a base URL that ends with a slash', async () => {
    const { transaction, 'rolled back': rolledBack, describe: described, tables, drop, ...seen } = await witness('statements')
    assertSeen(seen, {
      namespace: said("Namespace 'shop' created successfully"),
      table: said('Shared table shop.items created successfully'),
      insert: said('Inserted 3 row(s)', 3),
      update: said('Updated 2 row(s)', 2),
      'update of nothing': said('Updated 0 row(s)'),
      delete: said('Deleted 1 row(s)', 1),
      select: table(['id', 'name', 'price'], ['2', 'two', '20.00'], ['1', 'one', '1.50']),
      group: table(['n', 'newest'], ['2', '2']),
      several: [...table(['one'], ['1']), ...said('Inserted 2 row(s)', 2)],
      'what is left': table(['id'], ['1'], ['2'], ['5']),
      alter: said('Table shop.items altered successfully: ADD COLUMN stock Int (version 2)'),
      'in a namespace': table(['id', '_seq', '_deleted']),
      'in no namespace': table(['n'], ['0']),
    })
    assert.match(JSON.stringify(transaction), /^\[\["Transaction started \(.+\)",0\],\["Transaction committed \(.+\)",0\],\["Deleted 1 /)
    assert.match(JSON.stringify(rolledBack), /^\[\["Transaction started \(.+\)",0\],\["Transaction rolled back \(.+\)",0\]/)
    assert.match(JSON.stringify(drop), /^\[\["Table shop\.items dropped successfully\. Cleanup job: .+",0\]\]$/)
    const [{ rows: columns }] = described as readonly [{ readonly rows: readonly (readonly unknown[])[] }]
    assert.deepEqual(
      columns.map(([name]) => name),
      ['id', 'name', 'price', 'stock', '_seq', '_deleted'],
    )
    const [{ rows }] = tables as readonly [{ readonly rows: readonly (readonly unknown[])[] }]
    assert.deepEqual(rows[0]?.slice(0, 4), ['shop:items', 'items', 'shop', 'shared'])
  })

  test('gets values of every type back, and numbers of 64 bits as they are', async () => {
    assertSeen(await witness('cells'), {
      'numbers are kept': true,
      'numbers are found': 2,
      parameters: table(['$1', '$2', '$3', '$4', '$5', '$6'], ['9223372036854775807', 3, 0.1, "a'b; DROP TABLE x", true, null]),
      types: [
        ['id', 'Int'],
        ['yes', 'Boolean'],
        ['small', 'SmallInt'],
        ['big', 'BigInt'],
        ['f', 'Float'],
        ['d', 'Double'],
        ['price', { Decimal: { precision: 10, scale: 2 } }],
        ['body', 'Text'],
        ['raw', 'Bytes'],
        ['doc', 'Json'],
        ['at', 'Timestamp'],
        ['moment', 'DateTime'],
        ['day', 'Date'],
        ['hour', 'Time'],
        ['u', 'Uuid'],
        ['v', { Embedding: 3 }],
        ['_seq', 'BigInt'],
        ['_deleted', 'Boolean'],
      ],
      boolean: true,
      'small int': 7,
      int: 1,
      'big int': 42,
      float: 1.5,
      double: 2.25,
      decimal: 200.75,
      text: 'text',
      bytes: [...Buffer.from('bytes')],
      'json as its own': null,
      'json as text': '{"a":[1]}',
      timestamp: Date.parse('2026-01-31T12:00:00Z') * 1_000 + 1,
      datetime: Date.parse('2026-01-31T10:00:00Z') * 1_000,
      date: Date.parse('2026-01-31') / 86_400_000,
      time: 45_296_500_000,
      uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
      embedding: [1, 2.5, -3],
    })
  })

  test('is told what went wrong', async () => {
    const privileges = 'Admin privileges (DBA or System role) required for namespace operations'
    const denied = "Access denied: Role 'User' cannot access table"
    const exists = "Already exists: Primary key violation: value '1' already exists in column 'id'"
    assertSeen(await witness('errors'), {
      'unknown table': refused(
        400,
        'SQL_EXECUTION_ERROR',
        'Statement 1 failed: Table not found: faults.nowhere',
        'SELECT * FROM faults.nowhere',
      ),
      'no SQL': refused(400, 'INVALID_SQL', 'Unsupported statement type: FROBNICATE', 'FROBNICATE'),
      'duplicate key': refused(400, 'SQL_EXECUTION_ERROR', `Statement 1 failed: ${exists}`, 'INSERT INTO faults.t VALUES (1)'),
      'second of three': /"message":"Statement 2 failed: Already exists: Primary key violation/,
      'as far as it came': table(['id'], [1], [2]),
      'open quote': /"code":"BATCH_PARSE_ERROR","message":"Unterminated quoted string/,
      nothing: /"code":"EMPTY_SQL"/,
      'parameters of several': /"code":"PARAMS_WITH_BATCH"/,
      'a list as parameter': /"code":"INVALID_PARAMETER","message":"Parameter \$1 invalid: /,
      'plain user, unknown table': refused(400, 'SQL_EXECUTION_ERROR', 'SQL statement failed'),
      'plain user, private table': refused(
        403,
        'PERMISSION_DENIED',
        `${denied} 'faults.t'. Shared table access denied (access_level=Private)`,
      ),
      'plain user, system table': refused(
        403,
        'PERMISSION_DENIED',
        `${denied} 'system.users'. System tables require 'dba' or 'system' role.`,
      ),
      'plain user, namespace': refused(403, 'PERMISSION_DENIED', privileges),
      nobody: refused(401, 'MISSING_AUTHORIZATION', 'Authentication required'),
      'wrong token': refused(401, 'INVALID_CREDENTIALS', 'Invalid credentials'),
    })
  })

  test('sees its own rows alone, and with a provider of tokens has none to show before it connects', async () => {
    assertSeen(await witness('callers'), {
      alice: table(['body'], ['alice']),
      bob: table(['body'], ['bob']),
      chief: table(['body']),
      'chief for bob': table(['body'], ['bob']),
      'before it connects': refused(401, 'MISSING_AUTHORIZATION', 'Authentication required'),
      'when it is connected': table(['me'], ['alice']),
    })
  })

  test('logs in again when its token has expired, where it can', async () => {
    await using aging = await startProcess([...guarded, '--testing', '--clock', 'manual'])
    async function age(): Promise<void> {
      const headers = { 'content-type': 'application/json' }
      await requestJson(`${aging.url}/v1/testing/clock/advance`, { method: 'POST', headers, body: JSON.stringify({ by: TOKEN_AGE }) })
    }
    const me = table(['me'], ['chief'])
    assertSeen(await witness('expiry', { url: aging.url, during: { 'tokens may expire': age } }), {
      'password, before': me,
      'token, before': me,
      'tokens may expire': null,
      'token, after': { error: 'TOKEN_EXPIRED', message: 'Invalid credentials' },
      'password, after': me,
    })
  })

  test('sends files, and gets them by the names that it makes up for them', async () => {
    const gone = 'Server error (404): {"error":"File not found","code":"FILE_NOT_FOUND"}'
    const [ofA, ofB] = [Buffer.from('of a'), Buffer.from([0, 255, 13, 10, 45, 45])]
    const downloadOfA = [[...ofA], 'text/plain', 'inline; filename="a.txt"']
    assertSeen(await witness('files'), {
      upload: said('Inserted 1 row(s)', 1),
      references: [reference('1', 'a.txt', 'text/plain', ofA), reference('2', 'b.bin', 'application/octet-stream', ofB)],
      'download of a': downloadOfA,
      'download of b': [[...ofB], 'application/octet-stream', 'inline; filename="b.bin"'],
      "of chief's own": gone,
      'by chief': downloadOfA,
      'by bob': refused(403, 'PERMISSION_DENIED', 'Access denied: files of other users are for the roles dba and system'),
      names: [
        ['My Document.pdf', '<id>-my-document.pdf', true],
        ['Ünïcode Ω file.tar.gz', '<id>-ncode-filetar.gz', true],
        ['no-extension', '<id>-no-extension.bin', true],
        ['UPPER.TXT', '<id>-upper.txt', true],
        ['--a  b__c--.md', '<id>-a-b-c.md', true],
        ['Ω', '<id>.bin', true],
        ['a.longextension', '<id>-a.bin', true],
        ['tail.t-x', '<id>-tail.bin', true],
        [
          'a very long name that goes on and on until it is much too long to be kept.txt',
          '<id>-a-very-long-name-that-goes-on-and-on-until-it-is-m.txt',
          true,
        ],
        ['.hidden', '<id>.hidden', true],
      ],
      large: [100, 5_000_000, true],
      'reference as parameter': said('Updated 1 row(s)', 1),
      'the same file': true,
      'what was there': gone,
      delete: said('Deleted 1 row(s)', 1),
      'what is deleted': gone,
      'without its part': /"code":"MISSING_FILE"/,
      'without its place': /"code":"EXTRA_FILE"/,
      'without a form': refused(400, 'INVALID_INPUT', 'FILE placeholders require multipart/form-data'),
    })
  })

  test('has rows that live', async () => {
    await using fresh = await startProcess(guarded)
    const [one, two, three] = [note(1, 'one', 1), note(2, 'two', 2), note(3, 'three', 3)]
    const record = { id: '0:0', key: '7', body: 'told', _seq: '0' }
    assertSeen(await witness('rows', { url: fresh.url }), {
      acknowledged: { rows: [], last: 2 },
      'there were': { rows: [one, two], last: 2 },
      insert: { rows: [one, two, three], last: 3 },
      update: { rows: [one, note(2, 'TWO', 4), three], last: 4 },
      delete: { rows: [note(2, 'TWO', 4), three], last: 5 },
      'insert again': { rows: [note(2, 'TWO', 4), three, note(1, 'one again', 6)], last: 6 },
      several: { rows: [note(2, 'TWO!', 8), note(3, 'three!', 9), note(1, 'one again!', 7)], last: 9 },
      'acknowledged, of a topic': { rows: [], last: null },
      'there were, of a topic': { rows: [], last: null },
      'insert, of a topic': { rows: [record], last: 0 },
    })
  })

  test('is told of changes one by one, a deletion among them', async () => {
    await using fresh = await startProcess(guarded)
    const schema = [
      ['id', 'Int'],
      ['body', 'Text'],
      ['_seq', 'BigInt'],
    ]
    const denied = "Access denied: Role 'User' cannot access table"
    const loading = [0, true, 'loading', 2]
    assertSeen(await witness('events', { url: fresh.url }), {
      acknowledged: { ack: schema, batch: loading },
      'first batch': { rows: [row(1, 'a', 1), row(2, 'b', 2)], batch: loading },
      'second batch': { rows: [row(3, 'c', 3), row(5, 'e', 5)], batch: [1, false, 'ready', 5] },
      insert: { inserted: [row(6, 'f', 6)] },
      // The client drops what an update has replaced: it has a number that was seen.
      update: { updated: [row(6, 'F', 7)], old: [] },
      // Not so of a deletion, whose number is new.
      delete: { deleted: [row(6, 'F', 8)] },
      'into sight': { inserted: [row(7, 'd', 9)] },
      'long, compressed': { updated: [row(1, `long a${'0123456789'.repeat(7)}`, 10)], old: [] },
      subscriptions: table(['subscription_id', 'user_id', 'table_name', 'status'], ['batches', 'alice', 'notes', 'active']),
      'last two': ['rows', [7, 1]],
      'when one was closed': table(['subscription_id'], ['last']),
      'after the greatest number': ['rows', []],
      'without rows': { ack: [...schema, ['_deleted', 'Boolean']], batch: [0, false, 'ready', null] },
      'and then': ['inserted', [8]],
      'unknown table': failed('NOT_FOUND', 'SQL statement failed'),
      'system table': failed('UNAUTHORIZED', `${denied} 'system.users'. System tables require 'dba' or 'system' role.`),
      'private table': failed('UNAUTHORIZED', `${denied} 'live.secrets'. Shared table access denied (access_level=Private)`),
      ordered: failed('INVALID_SQL', 'SQL statement is invalid or not allowed'),
      'no query': failed('INVALID_SQL', 'SQL statement is invalid or not allowed'),
      'rows stay': table(['n'], ['6']),
    })
  })

  test('connects in every way that it has, is refused with a wrong token, and is answered when it pings', async () => {
    const connected = [true, 2_500]
    assertSeen(await witness('connections'), {
      'as it is': connected,
      'without compression': connected,
      'with compression none': connected,
      'with msgpack': connected,
      'with msgpack, uncompressed': connected,
      refused: 'Authentication failed: WebSocket authentication failed: Invalid credentials',
      // As it is without a word about that: it tries again and again, and says nothing.
      'refused for ever': [null, false],
      pings: [Array(4).fill('[ping]'), true],
    })
  })

  test('goes on where it was when its connection was cut, and when the broker was killed', async () => {
    await using directory = await temporaryDirectory()
    const kept = [...guarded.filter((flag) => flag !== '--memory'), '--data-dir', directory.path]
    await using first = await startProcess(kept)
    await using later = new AsyncDisposableStack()
    const link = later.use(await startUnsteadyLink(first.url))

    async function changeWhatIsKept(): Promise<string> {
      first.kill('SIGKILL')
      await first.ending
      const { url } = later.use(await startProcess(kept))
      return await change(url, "INSERT INTO live.notes VALUES (4, 'four'); DELETE FROM live.notes WHERE id = 3")
    }
    const statements = [
      "INSERT INTO live.notes VALUES (3, 'three')",
      'DELETE FROM live.notes WHERE id = 5',
      "UPDATE live.notes SET body = 'TWO' WHERE id = 2",
    ].join(';')
    const seen = await witness('resumption', {
      url: link.url,
      during: {
        'first cut': () => link.cutWhile(() => change(first.url, statements)),
        'second cut': () => link.cutWhile(changeWhatIsKept),
      },
    })
    const schema = [
      ['id', 'Int'],
      ['body', 'Text'],
      ['_seq', 'BigInt'],
      ['_deleted', 'Boolean'],
    ]
    assertSeen(seen, {
      'there were': ['rows', [1, 2, 5]],
      'before it is cut': ['updated', [1]],
      'first cut': null,
      'first acknowledgment': { ack: schema, batch: [0, false, 'ready', 7] },
      'first, what was missed': ['rows', [3, 2]],
      'first, what was deleted': ['deleted', [5]],
      'first, what was sent': [3, 2],
      'first, as the broker has it': asKept(4),
      'first, and then': ['updated', [1]],
      'second cut': null,
      'second acknowledgment': { ack: schema, batch: [0, false, 'ready', 9] },
      'second, what was missed': ['rows', [4]],
      'second, what was deleted': ['deleted', [3]],
      'second, what was sent': [4],
      'second, as the broker has it': asKept(8),
      'second, and then': ['updated', [1]],
    })
  })

  test('is told of changes by a topic, once and in order, and acknowledges them', async () => {
    await using fresh = await startProcess(guarded)
    const [one, two] = [told({ id: '1', body: 'one' }), told({ id: '9007199254740993', body: 'two' })]
    const [changed, deleted] = [told({ id: '1', body: 'ONE' }), JSON.stringify({ id: '1', _deleted: true })]
    const { consumed, 'the rest': rest, subscribe, ...seen } = await witness('changes', { url: fresh.url })
    assertSeen(seen, {
      namespace: said("Namespace 'chat' created successfully"),
      table: said('Shared table chat.messages created successfully'),
      topic: said("Created topic 'chat.events' with 1 partition(s)"),
      'topic again': said("Topic 'chat.events' already exists"),
      'insert source': said("Added source chat.messages ON INSERT to topic 'chat.events'"),
      'update source': said("Added source chat.messages ON UPDATE to topic 'chat.events'"),
      'delete source': said("Added source chat.messages ON DELETE to topic 'chat.events'"),
      records: [
        [0, 'Insert', '1', one],
        [1, 'Insert', '9007199254740993', two],
        [2, 'Update', '1', changed],
        [3, 'Delete', '1', deleted],
      ],
      committed: 3,
      'nothing is left': [],
      acknowledged: table(['topic', 'group_id', 'partition', 'committed_offset'], ['chat.events', 'sql', 0, '1']),
      'as a table': table(
        ['offset', 'key', 'body'],
        ['0', '1', 'one'],
        ['1', '9007199254740993', 'two'],
        ['2', '1', 'ONE'],
        ['3', '1', null],
      ),
      offsets: table(['group_id', 'last_acked_offset'], ['sql', '1'], ['workers', '3']),
    })
    assert.deepEqual(
      [consumed, rest].map((answer) =>
        (answer as readonly [{ readonly rows: readonly (readonly unknown[])[] }])[0].rows.map(consumedRecord),
      ),
      [
        [
          ['0', '1', one, 'insert'],
          ['1', '9007199254740993', two, 'insert'],
        ],
        [
          ['2', '1', changed, 'update'],
          ['3', '1', deleted, 'delete'],
        ],
      ],
    )
    const [{ rows }] = subscribe as readonly [{ readonly rows: readonly [readonly [string, string, string, string]] }]
    const [status, wsUrl, subscription] = rows[0]
    assert.deepEqual([status, wsUrl], ['active', `${fresh.url.replace('http', 'ws')}/v1/ws`])
    const { sql, options } = JSON.parse(subscription) as { readonly sql: string; readonly options: object }
    assert.deepEqual([sql, options], ['SELECT * FROM chat.messages WHERE id > 1', { last_rows: 1 }])
  })
})

/** Of the columns of CONSUME FROM those that do not depend on who and when. */
function consumedRecord([, , offset, key, payload, , , operation]: readonly unknown[]): readonly unknown[] {
  return [offset, key, Buffer.from(String(payload), 'base64').toString(), operation]
}
