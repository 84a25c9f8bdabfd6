/** `import { Logbrook } from 'logbrook/testing'`: a broker for integration tests. */
export type { FixtureClock } from './clock.ts'
export { Logbrook } from './logbrook.ts'
export type { AclOptions, LogbrookOptions, TopicOptions, UserOptions } from './options.ts'
