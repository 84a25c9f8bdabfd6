/**
 * `POST /v1/api/sql` with an INSERT of one row, over and over, against two bytes from nowhere: each is a transaction of its own, in the one
 * process that writes.
 */
import { connect } from '../client.ts'
import { compare } from '../compare.ts'
import type { Finding, Scenario, Settings } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'
import { logInAsDba, runSql } from '../sql-session.ts'

interface Variation {
  readonly connections: number
  readonly durability: 'os' | 'fsync'
}

const VARIATIONS: readonly Variation[] = [
  { connections: 1, durability: 'os' },
  { connections: 8, durability: 'os' },
  { connections: 8, durability: 'fsync' },
]

export const sqlInsert: Scenario = {
  name: 'sql-insert',
  depth: 'default',
  async measure(settings) {
    const findings: Finding[] = []
    for (const variation of VARIATIONS) findings.push(await insertAt(variation, settings))
    return findings
  },
}

async function insertAt({ connections, durability }: Variation, settings: Settings): Promise<Finding> {
  await using broker = await startBroker({ durability, topics: {}, flags: ['--sql-requests-per-second', '0'] })
  await using floor = await startFloor('hello')
  using client = connect(broker.url)
  const session = await logInAsDba(client)
  await runSql(client, session, 'CREATE USER TABLE bench (id BIGINT PRIMARY KEY, body TEXT, created_at TIMESTAMP DEFAULT NOW())')
  return await compare(settings, {
    name: `INSERT of one row, ${connections === 1 ? '1 connection' : `${connections} connections`}`,
    note: `parameters, a transaction each, durability ${durability}`,
    broker,
    floor,
    floorName: 'hello',
    load: { path: '/v1/api/sql', connections, script: 'insert', variables: { AUTHORIZATION: session.authorization } },
    unit: 'rows/s',
    unitsPerRequest: 1,
  })
}
