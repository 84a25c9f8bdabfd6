import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseWrkOutput } from '../wrk-output.ts'

const OUTPUT = `Running 5s test @ http://127.0.0.1:8080/
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.42ms    3.90ms   1.05s    96.53%
    Req/Sec     5.97k   632.21     6.60k    86.00%
  Latency Distribution
     50%  812.00us
     75%    1.31ms
     90%    1.80ms
     99%   31.83ms
  29689 requests in 5.00s, 4.84MB read
Requests/sec:   5938.48
Transfer/sec:      0.97MB
`

test('the figures of a run, times in milliseconds whatever their unit', () => {
  assert.deepEqual(parseWrkOutput(OUTPUT), {
    requests: 29_689,
    requestsPerSecond: 5938.48,
    p50Ms: 0.812,
    p99Ms: 31.83,
    slowestMs: 1050,
    failed: 0,
  })
})

test('refusals and broken connections count as failed', () => {
  const socketErrors = '  Socket errors: connect 1, read 2, write 3, timeout 4\n'
  const refusals = '  Non-2xx or 3xx responses: 100\n'
  assert.equal(parseWrkOutput(OUTPUT + socketErrors + refusals).failed, 110)
})

test('what is not an output of wrk is shown', () => {
  assert.throws(() => parseWrkOutput('unable to connect to 127.0.0.1:1'), /wrk printed no .*:\nunable to connect/)
})

test('a time of a unit that is not known is refused', () => {
  assert.throws(() => parseWrkOutput(OUTPUT.replace('31.83ms', '31.83ns')), /unknown unit: 31\.83ns/)
})
