/** When the storage fails: an answer that makes senders come again, and nothing half done (D12, R6, F9). */
import type { ConformanceCase } from '../case.ts'
import {
  entry,
  errorEntry,
  fetched,
  FETCH_ALL,
  fetchRefused,
  fetchTopics,
  holds,
  intakeRefused,
  logs,
  ONE_LOG,
  recordPaths,
  recordsFrom,
  takenAt,
} from '../requests.ts'

const FAILED = intakeRefused(500, 'KAFKA_STORAGE_ERROR')

export const FAULT_CASES: readonly ConformanceCase[] = [
  {
    name: 'fault: a batch that cannot be written is 500 KAFKA_STORAGE_ERROR, and the next one is taken once it can',
    proves: ['D12', 'D9', 'D14'],
    hands: ['breakStorage', 'mendStorage'],
    spoilsServer: true,
    play: async (scene) => {
      await scene.exchange({ request: ONE_LOG, expect: takenAt(0, 0) })
      await scene.hands.breakStorage()
      for (const body of ['[{"a":1}]', '[{"a":2},{"a":3}]']) await scene.exchange({ request: logs(body), expect: FAILED })
      await scene.hands.mendStorage()
      await scene.exchange({ request: ONE_LOG, expect: takenAt(0, 1) })
      await scene.exchange(holds(['{"message":"one"}', '{"message":"one"}']))
    },
  },
  {
    name: 'fault: a record that cannot be read is 500, and a partition that cannot be read is 56 beside the others',
    proves: ['R6', 'F9', 'F5', 'F6'],
    hands: ['damage'],
    spoilsServer: true,
    given: { topics: [{ name: '$TOPIC' }, { name: '$OTHER' }] },
    play: async (scene) => {
      await scene.exchange({ request: logs('[{"damaged":"$TOPIC"}]'), expect: takenAt(0, 0) })
      await scene.exchange({ request: logs('[{"sound":1}]', {}, '/dd/$OTHER/v1/input'), expect: takenAt(0, 0) })
      await scene.hands.damage(scene.names('{"damaged":"$TOPIC"}'))
      for (const path of recordPaths('$TOPIC', 0, 0)) {
        await scene.exchange({ request: { method: 'GET', path }, expect: fetchRefused(500, 'KAFKA_STORAGE_ERROR', /\$TOPIC/) })
      }
      await scene.exchange({
        request: fetchTopics([
          ['$TOPIC', [0, 0]],
          ['$OTHER', [0, 0]],
        ]),
        expect: fetched(['$TOPIC', errorEntry(0, 56, [0, 1])], ['$OTHER', entry(0, [0, 1], recordsFrom(0, ['{"sound":1}']))]),
      })
      await scene.exchange({ request: FETCH_ALL, expect: { status: 200 } })
      await scene.exchange({ request: ONE_LOG, expect: takenAt(0, 1) })
    },
  },
]
