/** Users by statements (Q43). */
import { AssertionError } from 'node:assert/strict'
import type { ConformanceCase } from '../case.ts'
import { login, loginWith, openSession, bearer, BAD_TOKEN, UNAUTHORIZED } from '../sessions.ts'
import { cells, denied, DONE, fails, invalid, rowsThat, SQL_PATH, sqlCase, told } from '../statements.ts'
import type { Line } from '../statements.ts'

const SECRET = 'Open-Sesame-4711'

/** What each word for a role is. */
const ROLE_WORDS = {
  user: ['user', 'viewer', 'readonly'],
  service: ['service', 'developer', 'analyst'],
  dba: ['dba', 'admin'],
  system: ['system'],
}

export const SQL_USER_CASES: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a user is made, altered and dropped, and each time told so',
    proves: ['Q43'],
    lines: [
      ['dba', `CREATE USER $NEW WITH PASSWORD '${SECRET}' ROLE 'user'`, told("User '$NEW' created")],
      ['dba', `CREATE USER $NEW WITH PASSWORD '${SECRET}' ROLE user`, fails("Already exists: User '$NEW' already exists")],
      ['dba', "ALTER USER $NEW SET PASSWORD 'another-one-4711'", told("User '$NEW' updated")],
      ['dba', "ALTER USER '$NEW' SET ROLE service", told("User '$NEW' updated")],
      ['dba', 'ALTER USER "$NEW" SET EMAIL \'new@example.com\'', told("User '$NEW' updated")],
      ['dba', "SELECT role, email, auth_type FROM system.users WHERE user_id = '$NEW'", cells(['service', 'new@example.com', 'password'])],
      ['dba', 'DROP USER $NEW', told("User '$NEW' dropped (soft delete)")],
      ['dba', "SELECT role FROM system.users WHERE user_id = '$NEW' AND deleted_at IS NOT NULL", cells(['service'])],
      ['dba', `CREATE USER $NEW WITH PASSWORD '${SECRET}' ROLE 'user'`, fails("Already exists: User '$NEW' already exists")],
    ],
  }),
  sqlCase({
    name: 'a user that is not there is told, or skipped',
    proves: ['Q43'],
    lines: [
      ['dba', "ALTER USER $NOBODY SET PASSWORD 'x-and-more-4711'", fails("Not found: User '$NOBODY' not found")],
      ['dba', "ALTER USER $NOBODY SET ROLE 'service'", fails("Not found: User '$NOBODY' not found")],
      ['dba', 'DROP USER $NOBODY', fails("Not found: User '$NOBODY' not found")],
      ['dba', 'DROP USER IF EXISTS $NOBODY', told("User '$NOBODY' does not exist (skipped)")],
    ],
  }),
  sqlCase({
    name: 'every word for a role makes the same user, bare or quoted',
    proves: ['Q43'],
    lines: Object.entries(ROLE_WORDS).flatMap(([role, words]) =>
      words.flatMap((word): readonly Line[] => [
        ['system', `CREATE USER '$${word.toUpperCase()}ONE' WITH PASSWORD '${SECRET}' ROLE '${word}' EMAIL 'x@example.com'`, DONE],
        ['system', `create user $${word.toUpperCase()}TWO with internal role ${word}`, DONE],
        [
          'system',
          `SELECT role, auth_type FROM system.users WHERE user_id IN ('$${word.toUpperCase()}ONE', '$${word.toUpperCase()}TWO') ORDER BY auth_type`,
          cells([role, 'internal'], [role, 'password']),
        ],
        ['system', `DROP USER $${word.toUpperCase()}ONE; DROP USER $${word.toUpperCase()}TWO`, DONE],
      ]),
    ),
  }),
  sqlCase({
    name: 'a user of OAUTH is one, and logs in with no password',
    proves: ['Q43'],
    play: async ({ says }, scene) => {
      await says('dba', `CREATE USER $NEW WITH OAUTH '{"provider":"google","subject":"1"}' ROLE user`, told("User '$NEW' created"))
      await says('dba', "SELECT auth_type FROM system.users WHERE user_id = '$NEW'", cells(['oauth']))
      await scene.exchange({ request: loginWith({ user: '$NEW', password: '' }), expect: UNAUTHORIZED })
      await scene.exchange({ request: loginWith({ user: '$NEW', password: SECRET }), expect: UNAUTHORIZED })
      await says('dba', 'DROP USER $NEW', DONE)
    },
  }),
  sqlCase({
    name: 'a user who is made logs in, and with a new password only after a change; dropped, not at all',
    proves: ['Q43', 'S10'],
    play: async ({ says }, scene) => {
      await says('dba', `CREATE USER $NEW WITH PASSWORD '${SECRET}' ROLE 'user'`, DONE)
      const { access } = await openSession(scene, login('$NEW', SECRET))
      const request = {
        method: 'POST',
        path: SQL_PATH,
        headers: { 'Content-Type': 'application/json', ...bearer(access) },
        body: '{"sql":"SELECT 1"}',
      }
      await scene.exchange({ request, expect: { status: 200 } })
      await says('dba', "ALTER USER $NEW SET PASSWORD 'another-one-4711'", DONE)
      await scene.exchange({ request, expect: BAD_TOKEN })
      await scene.exchange({ request: login('$NEW', SECRET), expect: UNAUTHORIZED })
      const again = await openSession(scene, login('$NEW', 'another-one-4711'))
      await says('dba', 'DROP USER $NEW', DONE)
      await scene.exchange({ request: login('$NEW', 'another-one-4711'), expect: UNAUTHORIZED })
      await scene.exchange({ request: { ...request, headers: { ...request.headers, ...bearer(again.access) } }, expect: BAD_TOKEN })
    },
  }),
  sqlCase({
    name: 'a dba grants no role of system, and changes nobody who has it',
    proves: ['Q43'],
    lines: [
      ['system', `CREATE USER $NEW WITH PASSWORD '${SECRET}' ROLE 'system'`, DONE],
      ['dba', `CREATE USER $OTHERS WITH PASSWORD '${SECRET}' ROLE 'system'`, denied()],
      ['dba', "ALTER USER $NEW SET PASSWORD 'mine-now-4711'", denied()],
      ['dba', "ALTER USER $DBA SET ROLE 'system'", denied()],
      ['dba', 'DROP USER $NEW', denied()],
      ['system', "ALTER USER $NEW SET ROLE 'dba'", DONE],
      ['dba', 'DROP USER $NEW', DONE],
    ],
  }),
  sqlCase({
    name: 'what is malformed makes nobody',
    proves: ['Q43'],
    lines: [
      ['CREATE USER', 'CREATE USER $NEW', "CREATE USER $NEW WITH PASSWORD 'x'", 'CREATE USER $NEW WITH PASSWORD x ROLE user'],
      [
        "CREATE USER $NEW WITH PASSWORD 'x-and-more-4711' ROLE 'emperor'",
        'ALTER USER $NEW SET',
        "ALTER USER $NEW PASSWORD 'x'",
        'DROP USER',
      ],
    ]
      .flat()
      .map((sql): Line => ['dba', sql, invalid()])
      .concat([['dba', "SELECT count(*) FROM system.users WHERE user_id = '$NEW'", cells(['0'])]]),
  }),
  sqlCase({
    name: 'a password is told to nobody, and is redacted in the audit log',
    proves: ['Q43'],
    play: async ({ says }) => {
      const answers = [
        await says('dba', `CREATE USER $NEW WITH PASSWORD '${SECRET}' ROLE 'user'`, DONE),
        await says('dba', `CREATE USER $NEW WITH PASSWORD '${SECRET}' ROLE 'user'`, fails(/already exists/)),
        await says('dba', `CREATE USER $MORE WITH PASSWORD '${SECRET}' ROLE 'emperor'`, invalid()),
        await says('dba', `ALTER USER $NEW SET PASSWORD '${SECRET}x'`, DONE),
        await says('dba', `ALTER USER $NOBODY SET PASSWORD '${SECRET}'`, fails(/not found/)),
        await says('dba', "SELECT * FROM system.users WHERE user_id = '$NEW'", DONE),
        await says(
          'dba',
          "SELECT * FROM system.audit_log WHERE target = '$NEW'",
          rowsThat((found) => found.some((row) => /\[REDACTED\]/.test(JSON.stringify(row)))),
        ),
        await says('dba', 'DROP USER $NEW', DONE),
      ]
      const spoken = answers.find(({ body }) => body.includes('Sesame'))
      if (spoken !== undefined) throw new AssertionError({ message: `a password is in an answer: ${spoken.body.toString()}` })
    },
  }),
]
