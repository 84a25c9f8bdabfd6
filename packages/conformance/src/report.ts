/** What a run says to a person. */
import type { CaseResult } from './run.ts'

export function describeResult({ name, proves, result }: CaseResult): string {
  const title = `${proves.join(' ')}  ${name}`
  if (result.outcome === 'passed') return `pass  ${title}`
  if (result.outcome === 'failed') return `FAIL  ${title}\n${indented(result.message)}`
  return `n/a   ${title}\n${indented(result.reason)}`
}

export function describeTotals(results: readonly CaseResult[]): string {
  const count = (outcome: CaseResult['result']['outcome']): number => results.filter(({ result }) => result.outcome === outcome).length
  return `${count('not applicable')} not applicable\n${count('passed')} passed, ${count('failed')} failed`
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '        ')
}
