/** The one table of commands. Each is loaded when it is asked for, so that none waits for the others' dependencies. */
import type { Command } from './command.ts'

export interface CommandEntry {
  readonly words: readonly [string] | readonly [string, string]
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

/** What `logbrook` alone does, too. */
export const START: CommandEntry = { words: ['start'], summary: 'Start a broker.', load: () => import('./start.ts') }

export const COMMANDS: readonly CommandEntry[] = [
  START,
  { words: ['topics', 'list'], summary: 'List topics.', load: () => import('./topics/list.ts') },
  { words: ['topics', 'create'], summary: 'Create topics.', load: () => import('./topics/create.ts') },
  {
    words: ['topics', 'describe'],
    summary: "Show a topic's partitions, offsets and configuration.",
    load: () => import('./topics/describe.ts'),
  },
  {
    words: ['topics', 'alter'],
    summary: 'Add partitions to a topic, or change its configuration.',
    load: () => import('./topics/alter.ts'),
  },
  { words: ['topics', 'delete'], summary: 'Delete topics and their records.', load: () => import('./topics/delete.ts') },
  { words: ['produce'], summary: 'Send records: lines of stdin, or arguments.', load: () => import('./produce/produce.ts') },
  { words: ['consume'], summary: 'Print the records of a topic, and go on with what comes.', load: () => import('./consume/consume.ts') },
  { words: ['tail'], summary: 'Print what comes from now on: consume from the end.', load: () => import('./consume/tail.ts') },
  { words: ['export'], summary: 'Write whole topics into a zip file.', load: () => import('./export/export.ts') },
  { words: ['import'], summary: 'Make topics again from what export wrote.', load: () => import('./import/import.ts') },
  { words: ['sql'], summary: 'Run statements of SQL, over tables and topics.', load: () => import('./sql/sql.ts') },
  { words: ['demo'], summary: 'Fill a topic with believable logs.', load: () => import('./demo/demo.ts') },
  { words: ['groups', 'list'], summary: 'List consumer groups.', load: () => import('./groups/list.ts') },
  {
    words: ['groups', 'describe'],
    summary: 'Show where a group reads on, what it holds and its lag.',
    load: () => import('./groups/describe.ts'),
  },
  { words: ['groups', 'commit'], summary: "Set a group's next offset in a partition.", load: () => import('./groups/commit.ts') },
  { words: ['groups', 'reset'], summary: 'Let a group begin elsewhere in a topic.', load: () => import('./groups/reset.ts') },
  { words: ['groups', 'delete'], summary: 'Delete groups and their offsets.', load: () => import('./groups/delete.ts') },
  { words: ['users', 'list'], summary: 'List users.', load: () => import('./users/list.ts') },
  {
    words: ['users', 'create'],
    summary: 'Create a user; also the first one, in a data directory.',
    load: () => import('./users/create.ts'),
  },
  { words: ['users', 'delete'], summary: 'Delete users.', load: () => import('./users/delete.ts') },
  { words: ['users', 'passwd'], summary: "Change a user's password.", load: () => import('./users/passwd.ts') },
  { words: ['users', 'rotate-secret'], summary: 'End all sessions.', load: () => import('./users/rotate-secret.ts') },
  { words: ['acls', 'list'], summary: 'List ACL bindings.', load: () => import('./acls/list.ts') },
  { words: ['acls', 'create'], summary: 'Add ACL bindings.', load: () => import('./acls/create.ts') },
  { words: ['acls', 'delete'], summary: 'Delete ACL bindings.', load: () => import('./acls/delete.ts') },
  { words: ['acls', 'explain'], summary: 'Say what a principal may do, and why.', load: () => import('./acls/explain.ts') },
  { words: ['health'], summary: 'Say whether a broker is ready, for whatever watches it.', load: () => import('./health.ts') },
  { words: ['datadog'], summary: 'Print the configuration of a Datadog Agent.', load: () => import('./senders/datadog.ts') },
  { words: ['vector'], summary: 'Print the configuration of Vector.', load: () => import('./senders/vector.ts') },
  { words: ['otel'], summary: 'Print the configuration of an OpenTelemetry Collector.', load: () => import('./senders/otel.ts') },
  { words: ['doctor'], summary: 'Look at what a broker needs here, and say what to do.', load: () => import('./doctor/doctor.ts') },
  { words: ['check'], summary: 'Look for damage in a data directory.', load: () => import('./check.ts') },
  { words: ['backup'], summary: 'Copy a data directory into one file, also while a broker runs.', load: () => import('./backup.ts') },
]

/** `topic` is `topics`, `group` is `groups`, `user` is `users`, `acl` is `acls`. */
export function isWord(said: string, word: string): boolean {
  return said === word || `${said}s` === word
}
