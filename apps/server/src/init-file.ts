/**
 * The init file: topics, users, super users and ACL bindings that are to be there when a broker starts.
 *
 * - Applying it twice is applying it once: what it names is made to be as it says, what it does not name is left alone.
 * - Nothing is taken away: a topic that has more partitions than the file says keeps them.
 * - The whole file is tried on a log in memory first, an empty one and one like the real, so that a mistake in its last line, or one topic too
 *   many, leaves nothing half done.
 */
import { readFileSync } from 'node:fs'
import { parseAclBinding } from '@logbrook/acl/binding'
import { createPermissions } from '@logbrook/broker/permissions'
import { passwordMatches } from '@logbrook/broker/scram'
import { createTopics } from '@logbrook/broker/topics'
import { createUsers } from '@logbrook/broker/users'
import type { NewUser } from '@logbrook/broker/users'
import { closedObject } from '@logbrook/contract/closed-object'
import { parseBody } from '@logbrook/contract/parse-body'
import { CreateTopicRequest } from '@logbrook/contract/topics'
import { CreateUserRequest } from '@logbrook/contract/users'
import type { AclBinding } from '@logbrook/kafka/acl'
import type { Clock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import type { Log, NewTopic, Topic } from '@logbrook/kafka/log'
import { isPrincipal } from '@logbrook/kafka/principal'
import type { Principal } from '@logbrook/kafka/principal'
import { parseTopicConfig } from '@logbrook/kafka/topic-config'
import type { AclStore, ScramCredential, UserStore } from '@logbrook/kafka/users'
import { openStorage } from '@logbrook/storage/storage'
import { z } from 'zod'

export interface InitFile {
  readonly topics: readonly NewTopic[]
  readonly users: readonly NewUser[]
  readonly superUsers: readonly Principal[]
  readonly bindings: readonly AclBinding[]
}

/** What an init file is applied to: the stores themselves, before there is anyone who could ask for permission. */
export interface Stores {
  readonly log: Log
  readonly users: UserStore
  readonly acls: AclStore
}

const InitFileBody = closedObject({
  topics: z.array(CreateTopicRequest).default([]),
  users: z.array(CreateUserRequest).default([]),
  super_users: z.array(z.string()).default([]),
  acls: z.array(z.unknown()).default([]),
})

/** @throws KafkaError naming the file, and what in it is not right */
export async function readInitFile(path: string, clock: Clock): Promise<InitFile> {
  return await blaming(`the init file ${path}`, async () => await rehearsed(parseInitFile(readFileSync(path, 'utf8')), clock))
}

/** The same, of what was in a file that holds more. @throws KafkaError naming the file */
export async function readInitBody(place: string, body: unknown, clock: Clock): Promise<InitFile> {
  return await blaming(place, async () => await rehearsed(parseInitBody(body), clock))
}

async function blaming<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new KafkaError('INVALID_REQUEST', `${place}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

async function rehearsed(file: InitFile, clock: Clock): Promise<InitFile> {
  await using rehearsal = await openStorage({ location: 'memory', durability: 'os', checkpoint: 'inline', clock })
  for (const [i, topic] of file.topics.entries()) await blaming(`topics[${i}]`, () => applyTopics([topic], rehearsal))
  for (const [i, user] of file.users.entries()) await blaming(`users[${i}]`, () => applyUsers([user], rehearsal, clock))
  await blaming('acls', () => applyBindings(file.bindings, rehearsal))
  return file
}

/** @throws KafkaError naming the path in the file; SyntaxError for what is not JSON */
export function parseInitFile(text: string): InitFile {
  return parseInitBody(JSON.parse(text))
}

function parseInitBody(body: unknown): InitFile {
  const { topics, users, super_users: superUsers, acls } = parseBody(InitFileBody, body)
  refuseTwins('topics', topics)
  refuseTwins('users', users)
  return {
    topics: topics.map(({ name, partitions = 1, config = {}, log_start_offsets: logStartOffsets = [] }, i) => ({
      name,
      partitions,
      config: configAt(`topics[${i}].config`, config),
      logStartOffsets,
    })),
    users: users.map(({ name, password = null, role = 'user' }) => ({ name, password, role })),
    superUsers: superUsers.map(principalIn),
    bindings: acls.map((binding, i) => parseAclBinding(binding, `acls[${i}]`)),
  }
}

function configAt(path: string, config: Readonly<Record<string, unknown>>): NewTopic['config'] {
  try {
    return parseTopicConfig(config)
  } catch (cause) {
    throw new KafkaError('INVALID_CONFIG', `${path}: ${(cause as Error).message}`, { cause })
  }
}

function refuseTwins(list: string, things: readonly { readonly name: string }[]): void {
  const names = new Set<string>()
  for (const [i, { name }] of things.entries()) {
    if (names.has(name)) throw new KafkaError('INVALID_REQUEST', `${list}[${i}]: ${JSON.stringify(name)} is named twice`)
    names.add(name)
  }
}

function principalIn(text: string, i: number): Principal {
  if (isPrincipal(text)) return text
  throw new KafkaError('INVALID_REQUEST', `super_users[${i}] is ${JSON.stringify(text)}; it must be User:<name>`)
}

/** Answers what was done, a sentence each: nothing, when all was as the file says. */
export async function applyInitFile(file: InitFile, stores: Stores, clock: Clock): Promise<readonly string[]> {
  return [
    ...(await applyTopics(file.topics, stores)),
    ...(await applyUsers(file.users, stores, clock)),
    ...(await applyBindings(file.bindings, stores)),
  ]
}

/**
 * The same, all or nothing, on a log that may have something in it: what there is no room for beside that is found on a copy of it.
 *
 * @throws KafkaError naming `place`
 */
export async function applyInitFileTo(
  stores: Stores,
  file: InitFile,
  { place, clock }: { readonly place: string; readonly clock: Clock },
): Promise<readonly string[]> {
  await blaming(place, async () => {
    await using copy = await openStorage({ location: 'memory', durability: 'os', checkpoint: 'inline', clock })
    await applyTopics((await stores.log.topics()).map(shapeOf), copy)
    await copy.acls.addBindings(await stores.acls.bindings())
    // Users have no limit to come upon, and passwords take their time.
    await applyInitFile({ ...file, users: [] }, copy, clock)
  })
  return await applyInitFile(file, stores, clock)
}

function shapeOf({ name, partitions, configOverrides }: Topic): NewTopic {
  return { name, partitions, config: configOverrides }
}

/** The file's own caller: ACLs are not enforced where it is applied. */
const CALLER = { principal: 'User:init-file', host: '127.0.0.1' } as const

function unenforced({ acls }: Stores) {
  return createPermissions({ store: acls, enabled: false, superUsers: [], allowWithoutBinding: false })
}

async function applyTopics(wanted: readonly NewTopic[], stores: Stores): Promise<readonly string[]> {
  const topics = createTopics({ log: stores.log, permissions: await unenforced(stores), onDeleted: () => {}, onTrimmed: () => {} })
  const done: string[] = []
  for (const { name, partitions, config, logStartOffsets = [] } of wanted) {
    const topic = await stores.log.topic(name)
    if (topic === undefined) {
      await topics.create(CALLER, { name, partitions, config, logStartOffsets })
      done.push(`created topic ${name} with ${count(partitions, 'partition')}`)
      continue
    }
    if (topic.partitions < partitions) {
      await topics.alter(CALLER, name, { partitions })
      done.push(`topic ${name} has ${count(partitions, 'partition')} now, not ${topic.partitions}`)
    }
    const changed = Object.entries(config).filter(([key, value]) => topic.configOverrides[key as keyof typeof config] !== value)
    if (changed.length > 0) {
      await topics.alter(CALLER, name, { config: Object.fromEntries(changed) })
      done.push(`topic ${name} has ${changed.map(([key, value]) => `${key}=${value}`).join(', ')} now`)
    }
  }
  return done
}

async function applyUsers(wanted: readonly NewUser[], stores: Stores, clock: Clock): Promise<readonly string[]> {
  const users = await createUsers({ store: stores.users, permissions: await unenforced(stores), clock })
  const existing = new Map((await stores.users.users()).map((user) => [user.name, user]))
  // All at once: passwords take their time, and have more than one thread.
  const done = await Promise.all(
    wanted.map(async ({ name, role, password }) => {
      const user = existing.get(name)
      if (user?.role === role && (await isPasswordOf(user.credential, password))) return undefined
      await users.put(CALLER, { name, role, password })
      return user === undefined ? `created user ${name}, role ${role}` : `user ${name} is as the file says now, role ${role}`
    }),
  )
  return done.filter((sentence) => sentence !== undefined)
}

async function isPasswordOf(credential: ScramCredential | null, password: string | null): Promise<boolean> {
  if (credential === null || password === null) return credential === password
  return await passwordMatches(credential, password)
}

async function applyBindings(wanted: readonly AclBinding[], stores: Stores): Promise<readonly string[]> {
  const permissions = await unenforced(stores)
  const before = (await stores.acls.bindings()).length
  await permissions.add(CALLER, wanted)
  const added = (await stores.acls.bindings()).length - before
  return added === 0 ? [] : [`added ${count(added, 'ACL binding')}`]
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
