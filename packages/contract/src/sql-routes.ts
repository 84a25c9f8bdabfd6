/** The endpoints of SQL. */
import { endpoint } from './endpoints.ts'
import type { Route } from './route.ts'
import { SqlForm, SqlRequest, SqlResponse } from './sql.ts'

export const SQL_ROUTES: readonly Route[] = [
  {
    ...endpoint('sql'),
    summary: 'Run statements of SQL',
    description:
      'One after the other, until one fails; what those before it did stays, unless it was between BEGIN and COMMIT. ' +
      'What fails in a statement is answered with status 400, or 403 where its user may not do it.',
    dialect: 'kalamdb-sql',
    authorizes: 'the role, by the kind of statement and of table; topics ask as everywhere',
    bodies: [
      { contentType: 'application/json', schema: SqlRequest },
      { contentType: 'multipart/form-data', schema: SqlForm },
    ],
    bodyRequired: true,
    answer: { status: 200, description: 'What each statement answered.', body: { contentType: 'application/json', schema: SqlResponse } },
    errors: ['INVALID_REQUEST', 'PAYLOAD_TOO_LARGE', 'THROTTLING_QUOTA_EXCEEDED', 'CLUSTER_AUTHORIZATION_FAILED', 'SHUTTING_DOWN'],
  },
]
