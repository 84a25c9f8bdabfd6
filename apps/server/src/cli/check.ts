import { checkStorage } from '@logbrook/storage/check'
import type { Finding } from '@logbrook/storage/check'
import { defineCommand, JSON_OPTION } from './command.ts'
import { DATA_DIR_OPTION, dataDirOf } from './data-dir.ts'
import { printJson, printLine } from './shell.ts'

export const command = defineCommand({
  positionals: '',
  options: { 'data-dir': DATA_DIR_OPTION, json: JSON_OPTION },
  details: 'Reads everything and changes nothing, also while a broker runs. Ends with 1 when something is wrong.',
  examples: ['check', 'check --data-dir /var/lib/logbrook --json'],
  async run({ shell, values }) {
    const dataDir = dataDirOf(shell, values['data-dir'])
    let findings = 0
    for (const finding of checkStorage(dataDir)) {
      findings++
      if (values.json === true) await printJson(shell.stdout, jsonOf(finding))
      else await printLine(shell.stdout, sentenceOf(finding))
    }
    const { checkSql } = await import('@logbrook/sql/check')
    for await (const problem of checkSql(dataDir)) {
      findings++
      if (values.json === true) await printJson(shell.stdout, jsonOf({ topic: null, partition: null, baseOffset: null, problem }))
      else await printLine(shell.stdout, problem)
    }
    if (findings > 0) throw new Error(`${dataDir}: ${findings} thing${findings === 1 ? ' is' : 's are'} wrong`)
    if (values.json !== true) await printLine(shell.stdout, `${dataDir}: all is well`)
  },
})

function jsonOf({ topic, partition, baseOffset, problem }: Finding): object {
  return { topic, partition, base_offset: baseOffset, problem }
}

function sentenceOf({ topic, partition, baseOffset, problem }: Finding): string {
  if (topic === null) return problem
  return `topic ${topic}, partition ${partition}${baseOffset === null ? '' : `, batch at offset ${baseOffset}`}: ${problem}`
}
