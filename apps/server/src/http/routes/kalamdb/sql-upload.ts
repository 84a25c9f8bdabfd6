/** `POST /v1/api/sql` as a form: its files are kept if the statement keeps them, and are gone if not. */
import type { Sql, SqlRequest } from '@logbrook/sql/sql'
import type { Bindings } from '../../context.ts'
import { readSqlForm } from './sql-form.ts'
import { parseParameters, sqlRequestOf } from './sql-request.ts'
import { answerSql } from './sql.ts'

/** @throws SqlError, KafkaError, RequestAborted */
export async function runSqlForm(env: Bindings, sql: Sql, caller: SqlRequest['caller']): Promise<Response> {
  await using upload = sql.files.upload()
  const { params, files, ...texts } = await readSqlForm(env.incoming, upload)
  const asked = sqlRequestOf(texts)
  const values = params === undefined ? asked.params : parseParameters(params)
  await upload.publish()
  return await answerSql(env, sql, { ...asked, params: values, caller, files })
}
