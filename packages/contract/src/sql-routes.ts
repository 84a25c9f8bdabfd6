/** The endpoints of SQL. */
import { z } from 'zod'
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
  {
    ...endpoint('downloadFile'),
    summary: 'A file that a row holds',
    description:
      '`file_id` is the stored name, `<id>-<words of its name>.<extension>`, or the id alone; `subfolder` is the reference’s `sub`. ' +
      'A `Range` of bytes, `If-Range` and `If-None-Match` are honoured. Where there is no such file or table the answer is 404 with ' +
      '`{"error":"File not found","code":"FILE_NOT_FOUND"}` or `{"error":"Table … not found"}`.',
    dialect: 'kalamdb-sql',
    authorizes: 'of a user table: its own files, and those of `user_id` for dba and system; of a shared table by its access level',
    query: [{ name: 'user_id', schema: z.string(), description: 'whose file, in a user table; the caller’s own by default' }],
    answer: {
      status: 200,
      description: 'Its bytes; with `Range`, status 206 and some of them.',
      body: { contentType: 'application/octet-stream', schema: z.string().meta({ contentMediaType: 'application/octet-stream' }) },
      headers: { ETag: 'its SHA-256', 'Content-Disposition': 'its name, as it was called when it came' },
    },
    errors: ['INVALID_REQUEST', 'CLUSTER_AUTHORIZATION_FAILED', 'RESOURCE_NOT_FOUND', 'SHUTTING_DOWN'],
  },
]
