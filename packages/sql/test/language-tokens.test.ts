import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SqlError } from '../src/sql-error.ts'
import { splitStatements } from '../src/language/split.ts'
import { tokens } from '../src/language/tokens.ts'

const shown = (sql: string) => tokens(sql).map(({ kind, value }) => `${kind} ${value}`)

const texts = (sql: string) => splitStatements(sql).map((piece) => sql.slice(piece.tokens[0]!.start, piece.tokens.at(-1)!.end))

const refused = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof SqlError && error.code === code && message.test(error.message)

test('words, names, strings, numbers, parameters and symbols', () => {
  const cases: [sql: string, expected: readonly string[]][] = [
    ["SELECT 'it''s'", ['word SELECT', "string it's"]],
    ['"a ""b"""."C"', ['quoted a "b"', 'symbol .', 'quoted C']],
    ['`x``y`', ['backtick x`y']],
    ["'a\\' b", ['string a\\', 'word b']],
    ["''", ['string ']],
    ['$1 $12x', ['parameter 1', 'parameter 12', 'word x']],
    ['1 1.5 .5 1e9 2.5E-3 1..2', ['number 1', 'number 1.5', 'number .5', 'number 1e9', 'number 2.5E-3', 'number 1.', 'number .2']],
    ['a->>b::c', ['word a', 'symbol -', 'symbol >', 'symbol >', 'word b', 'symbol :', 'symbol :', 'word c']],
    ['_a$1 größe', ['word _a$1', 'word größe']],
    ['a-- no\nb--', ['word a', 'word b']],
    ['a/* /* b */ */c/**/', ['word a', 'word c']],
    ["a '--' '/*'", ['word a', 'string --', 'string /*']],
    [' \t\r\n', []],
  ]
  for (const [sql, expected] of cases) assert.deepEqual(shown(sql), expected, sql)
})

test('a token says where it stands', () => {
  const sql = `/* é */ "a""b" = 'x' -- end`
  assert.deepEqual(
    tokens(sql).map(({ start, end }) => sql.slice(start, end)),
    ['"a""b"', '=', "'x'"],
  )
})

test('statements are cut at semicolons outside of quotes and comments', () => {
  const cases: [sql: string, expected: readonly string[]][] = [
    ['SELECT 1', ['SELECT 1']],
    ['SELECT 1;', ['SELECT 1']],
    [';;SELECT 1;; SELECT 2 ;', ['SELECT 1', 'SELECT 2']],
    ['SELECT \';\' ; SELECT ";"; SELECT `;`', ["SELECT ';'", 'SELECT ";"', 'SELECT `;`']],
    ['SELECT 1 -- ; no\n; /* ; */ -- x\n', ['SELECT 1']],
    ['/* a */ SELECT /* b */ 1 /* c */', ['SELECT /* b */ 1']],
    ['SELECT (1; SELECT 2)', ['SELECT (1', 'SELECT 2)']],
    ["EXECUTE AS USER 'u' (SELECT 1; SELECT (2)); SELECT 3", ["EXECUTE AS USER 'u' (SELECT 1; SELECT (2))", 'SELECT 3']],
  ]
  for (const [sql, expected] of cases) assert.deepEqual(texts(sql), expected, sql)
})

test('a text without a statement is empty', () => {
  for (const sql of ['', ' ', ';', ' ; ;', '-- only', '/* only */', '-- a\n/* b */;']) {
    assert.throws(() => splitStatements(sql), refused('EMPTY_SQL', /no statement/), sql)
  }
})

test('what is open at the end is said, and where it began', () => {
  const cases: [sql: string, message: RegExp][] = [
    ["SELECT 'a", /^Unterminated quoted string that begins at character 8$/],
    ["SELECT 'a''", /^Unterminated quoted string/],
    ['SELECT "a', /^Unterminated quoted string/],
    ['SELECT `a', /^Unterminated quoted string/],
    ['SELECT 1; /* b', /^Unterminated block comment that begins at character 11$/],
    ['/* /* */', /^Unterminated block comment/],
    ['/*/', /^Unterminated block comment/],
  ]
  for (const [sql, message] of cases) assert.throws(() => splitStatements(sql), refused('BATCH_PARSE_ERROR', message), sql)
})
