import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseStatements } from '../src/language/parse.ts'
import { splitStatements } from '../src/language/split.ts'
import { tokens } from '../src/language/tokens.ts'
import { SqlError } from '../src/sql-error.ts'

const SEED = 7

/** What looks like the end of something, where it is none. */
const inside = fc.array(fc.constantFrom(';', '--', ' / ', "''", '\n', 'a', ' ', '(', '`', '"', '\\', ' * ')).map((parts) => parts.join(''))
const quoted = inside.map((text) => `'${text}'`)
const comment = fc.oneof(
  inside.map((text) => `/*${text}*/`),
  inside.map((text) => `--${text.replaceAll('\n', '')}\n`),
)
const word = fc.constantFrom('SELECT', 'a', '1', '(', ')', '+', '$1', '"x;y"', '`;`')
const statement = fc.array(fc.oneof(word, quoted), { minLength: 1 }).map((parts) => parts.join(' '))

test('law: joined by semicolons and comments, statements come apart as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(comment, statement, comment), { minLength: 1 }), (parts) => {
      const sql = parts.map(([before, text, after]) => `${before}${text} ${after};`).join(' ; ')
      const pieces = splitStatements(sql).map((piece) => sql.slice(piece.tokens[0]!.start, piece.tokens.at(-1)!.end))
      assert.deepEqual(
        pieces,
        parts.map(([, text]) => text),
      )
    }),
    { seed: SEED, numRuns: 1_000 },
  )
})

test('law: between tokens there is white space and comments, and nothing is in two', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(word, quoted, comment)), (parts) => {
      const sql = parts.join(' ')
      let end = 0
      for (const token of tokens(sql)) {
        assert(token.start >= end && token.end > token.start)
        assert.deepEqual(tokens(sql.slice(end, token.start)), [])
        end = token.end
      }
      assert.deepEqual(tokens(sql.slice(end)), [])
    }),
    { seed: SEED, numRuns: 500 },
  )
})

const vocabulary = (
  'CREATE DROP ALTER USER SHARED STREAM TABLE NAMESPACE TOPIC STORAGE IF NOT EXISTS ns . t ( ) , ; = - id INT PRIMARY KEY NULL DEFAULT NOW ' +
  'WITH TYPE PASSWORD ROLE ADD COLUMN SET SOURCE ON INSERT WHERE OPTIONS SUBSCRIBE TO EXECUTE AS SELECT CONSUME FROM ACK GROUP UPTO OFFSET ' +
  'SHOW TABLES IN DESCRIBE KILL JOB RESET CONSUMER FLUSH ALL USE EXPLAIN 1 2.5 $1 "x" `y` \'z\' -- /* */ CONSTRAINT DECIMAL'
).split(' ')

test('law: whatever the text, it is read or refused in words', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...vocabulary), { maxLength: 30 }).map((words) => words.join(' ')),
  )
  fc.assert(
    fc.property(text, (sql) => {
      try {
        assert(parseStatements(sql).length > 0)
      } catch (error) {
        assert(error instanceof SqlError && error.message !== '', String(error))
      }
    }),
    { seed: SEED, numRuns: 5_000 },
  )
})

test('texts of a megabyte that would send a careless reader back again and again', () => {
  const times = 500_000
  const texts = [
    `SELECT ${'('.repeat(times)}`,
    `CREATE TABLE t (a INT DEFAULT ${'('.repeat(times)}`,
    `SUBSCRIBE TO t WHERE ${'('.repeat(times)}`,
    `SUBSCRIBE TO t WHERE a${' )'.repeat(times / 2)}`,
    `ALTER TOPIC t ADD SOURCE s ON INSERT WHERE ${'WITH ('.repeat(times / 4)}${')'.repeat(times / 4)}`,
    `EXECUTE AS USER u ${'('.repeat(times)}`,
    `EXECUTE AS USER u (${';'.repeat(times)})`,
    `/*${'*'.repeat(times)}`,
    `/*${'/*'.repeat(times / 2)}`,
    `'${"''".repeat(times / 2)}`,
    '1.'.repeat(times / 2),
    '-'.repeat(times),
    `x${'é'.repeat(times / 2)}`,
    `CREATE TABLE t (${'a INT,'.repeat(times / 6)})`,
    'SELECT 1;'.repeat(times / 9),
    `DROP TABLE ${'a.'.repeat(times / 2)}a`,
  ]
  for (const sql of texts) {
    try {
      parseStatements(sql)
    } catch (error) {
      assert(error instanceof SqlError, String(error))
    }
  }
})
