/** The text that Prometheus reads. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Family, HistogramSample, NumberSample } from '../src/prometheus.ts'

test('a family without labels has its sample from the start', () => {
  const waiting = new Family({ name: 'waiting', help: 'Who waits.', type: 'gauge', labelNames: [], newSample: () => new NumberSample() })
  assert.equal(waiting.text(), '# HELP waiting Who waits.\n# TYPE waiting gauge\nwaiting 0\n')
})

test('samples are told apart by their labels, whose values are escaped', () => {
  const seen = new Family({
    name: 'seen_total',
    help: 'What was seen.',
    type: 'counter',
    labelNames: ['topic', 'partition'],
    newSample: () => new NumberSample(),
  })
  seen.of('logs', '0').value++
  seen.of('logs', '1').value += 2.5
  seen.of('logs', '0').value++
  seen.of('a"b\\c\nd', '0').value = 7
  assert.equal(
    seen.text(),
    [
      '# HELP seen_total What was seen.',
      '# TYPE seen_total counter',
      'seen_total{topic="logs",partition="0"} 2',
      'seen_total{topic="logs",partition="1"} 2.5',
      String.raw`seen_total{topic="a\"b\\c\nd",partition="0"} 7`,
      '',
    ].join('\n'),
  )
  seen.clear()
  assert.equal(seen.text(), '# HELP seen_total What was seen.\n# TYPE seen_total counter\n')
})

test('a histogram counts what lies at or below each bound', () => {
  const took = new Family({
    name: 'took_seconds',
    help: 'How long it took.',
    type: 'histogram',
    labelNames: ['route'],
    newSample: () => new HistogramSample([0.1, 1]),
  })
  for (const seconds of [0.05, 0.1, 0.25, 1, 1.5]) took.of('/').observe(seconds)
  assert.equal(
    took.text(),
    [
      '# HELP took_seconds How long it took.',
      '# TYPE took_seconds histogram',
      'took_seconds_bucket{route="/",le="0.1"} 2',
      'took_seconds_bucket{route="/",le="1"} 4',
      'took_seconds_bucket{route="/",le="+Inf"} 5',
      'took_seconds_sum{route="/"} 2.9',
      'took_seconds_count{route="/"} 5',
      '',
    ].join('\n'),
  )
})
