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
    ...endpoint('subscribe'),
    summary: 'Live queries, on a WebSocket',
    description:
      'A request to upgrade. Who is there is said by `Authorization: Bearer`, by a subprotocol `kalamdb.jwt.<token>`, or within 3 s by a message ' +
      '`{"type":"authenticate","method":"jwt","token":…}`; it is answered by `auth_success` or `auth_error`. Then `subscribe`, `next_batch`, ' +
      '`unsubscribe` and `ping` are understood. Frames are JSON, from 512 bytes on compressed by gzip where both sides do.',
    dialect: 'kalamdb-sql',
    authorizes: 'each subscription: the role by its table, READ on its topic',
    query: [
      { name: 'compress', schema: z.string(), description: '`false`: frames are never compressed' },
      { name: 'compression', schema: z.string(), description: '`none`: the same' },
      { name: 'serialization', schema: z.string(), description: 'frames are JSON, whatever is asked for' },
    ],
    answer: { status: 101, description: 'The connection is a WebSocket; 426 says to who did not ask for one.' },
    errors: ['POLICY_VIOLATION', 'SHUTTING_DOWN'],
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
