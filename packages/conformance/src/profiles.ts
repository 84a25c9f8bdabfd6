/**
 * How a server has to be set up for a case to say anything about it. Each case belongs to one profile, and a server under
 * test is said to have one: what belongs to another is reported as not applicable.
 */

export interface Profile {
  readonly authentication: 'none' | 'optional' | 'required'
  readonly acls: boolean
  /** Kafka's `allow.everyone.if.no.acl.found`. */
  readonly allowWithoutBinding: boolean
  /** Of the intake. */
  readonly successStatus: 200 | 202
  /** The topic that the intake's root aliases write to. */
  readonly rootTopic: string | null
  /** Whether the intake takes a bare object as one record. */
  readonly bareObject: boolean
  /** Whether logins, and requests of SQL, are limited as they are by default. */
  readonly loginLimits: boolean
  /** Origins of pages that may connect; any where there are none. */
  readonly corsOrigins: readonly string[]
  /** Whether there is a super user with a password. */
  readonly administrator: boolean
}

const PLAIN: Profile = {
  authentication: 'none',
  acls: false,
  allowWithoutBinding: false,
  successStatus: 200,
  rootTopic: null,
  bareObject: false,
  loginLimits: false,
  corsOrigins: [],
  administrator: true,
}

export const ROOT_TOPIC = 'conformance-root'

/** Whose pages may connect where not all may. */
export const ORIGIN = 'https://app.example'

export const PROFILES = {
  plain: PLAIN,
  'sasl-required': { ...PLAIN, authentication: 'required' },
  'sasl-optional': { ...PLAIN, authentication: 'optional' },
  acls: { ...PLAIN, authentication: 'optional', acls: true },
  'acls-open': { ...PLAIN, authentication: 'optional', acls: true, allowWithoutBinding: true },
  'intake-options': { ...PLAIN, successStatus: 202, rootTopic: ROOT_TOPIC, bareObject: true },
  'login-limits': { ...PLAIN, loginLimits: true },
  'one-origin': { ...PLAIN, corsOrigins: [ORIGIN] },
  fresh: { ...PLAIN, administrator: false },
} as const satisfies Record<string, Profile>

export type ProfileName = keyof typeof PROFILES

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name)
}

/** The settings in which a profile differs from the plain one, in words. */
export function describeProfile(name: ProfileName): string {
  const settings = Object.entries(PROFILES[name]).filter(([key, value]) => value !== PLAIN[key as keyof Profile])
  return settings.length === 0 ? 'as started without options' : settings.map(([key, value]) => `${key} ${String(value)}`).join(', ')
}
