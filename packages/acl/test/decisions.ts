/**
 * Decisions of Kafka's StandardAuthorizer, written down from its rules and its own tests, as data: what is asked of which bindings,
 * the answer, and why Kafka answers so. Nothing here is computed.
 */
import type { Operation, PatternType, PermissionType, ResourceType } from '@logbrook/kafka/acl'
import type { Principal } from '@logbrook/kafka/principal'
import type { Reason } from '../src/authorizer.ts'

/** permission type, principal, host, operation, resource type, pattern type, resource name */
export type BindingRow = readonly [PermissionType, Principal, string, Operation, ResourceType, PatternType, string]
/** principal, host, operation, resource type, resource name */
export type QuestionRow = readonly [Principal, string, Operation, ResourceType, string]

export interface DecisionCase {
  readonly because: string
  readonly bindings: readonly BindingRow[]
  readonly superUsers?: readonly Principal[]
  /** `allow.everyone.if.no.acl.found`; Kafka's default is false. */
  readonly allowWithoutBinding?: true
  readonly asked: QuestionRow
  readonly answer: 'ALLOWED' | 'DENIED'
  readonly reason: Reason
}

const BOB = 'User:bob'
const ALICE = 'User:alice'
const EVERYONE = 'User:*'
const HOST_1 = '192.168.1.1'
const HOST_2 = '192.168.1.2'

/** Two hosts, one of them denied: Kafka's testTopicAcl. */
const TWO_HOSTS: readonly BindingRow[] = [
  ['ALLOW', ALICE, HOST_1, 'READ', 'TOPIC', 'LITERAL', 'logs'],
  ['ALLOW', ALICE, HOST_2, 'READ', 'TOPIC', 'LITERAL', 'logs'],
  ['DENY', ALICE, HOST_1, 'READ', 'TOPIC', 'LITERAL', 'logs'],
  ['ALLOW', ALICE, HOST_1, 'WRITE', 'TOPIC', 'LITERAL', 'logs'],
  ['ALLOW', ALICE, '*', 'DESCRIBE', 'TOPIC', 'LITERAL', 'logs'],
]

/** Names that are prefixes of each other: Kafka's testAuthorizationWithManyAcls. */
const MANY: readonly BindingRow[] = [
  ['ALLOW', EVERYONE, '*', 'READ', 'TOPIC', 'LITERAL', 'green2'],
  ['ALLOW', BOB, '*', 'READ', 'TOPIC', 'PREFIXED', 'green'],
  ['ALLOW', BOB, '*', 'READ', 'TOPIC', 'LITERAL', 'betamax4'],
  ['ALLOW', BOB, '*', 'READ', 'TOPIC', 'LITERAL', 'betamax'],
  ['ALLOW', EVERYONE, '*', 'READ', 'TOPIC', 'PREFIXED', 'beta'],
  ['ALLOW', EVERYONE, '*', 'READ', 'TOPIC', 'PREFIXED', 'alpha'],
  ['DENY', BOB, '*', 'READ', 'TOPIC', 'PREFIXED', 'alp'],
  ['ALLOW', BOB, '*', 'WRITE', 'GROUP', 'LITERAL', '*'],
  ['DENY', EVERYONE, '*', 'WRITE', 'GROUP', 'LITERAL', 'wheel'],
]

/** ALL denied on the name, single operations allowed on the prefix: Kafka's testDenyPrecedenceWithOperationAll. */
const DENY_ALL_ON_NAME: readonly BindingRow[] = [
  ['DENY', ALICE, '*', 'ALL', 'TOPIC', 'LITERAL', 'foo'],
  ['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'PREFIXED', 'foo'],
  ['DENY', EVERYONE, '*', 'ALL', 'TOPIC', 'LITERAL', 'foo'],
  ['ALLOW', EVERYONE, '*', 'DESCRIBE', 'TOPIC', 'PREFIXED', 'foo'],
]

export const DECISIONS: readonly DecisionCase[] = [
  // No binding at all
  {
    because: 'no binding, Kafka fails closed (testNoAclFound)',
    bindings: [],
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'default-deny',
  },
  {
    because: 'no binding and allow.everyone.if.no.acl.found (testNoAclFoundOverride)',
    bindings: [],
    allowWithoutBinding: true,
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'default-allow',
  },
  {
    because: 'anonymous is a principal like any other and gets the default',
    bindings: [],
    allowWithoutBinding: true,
    asked: ['User:ANONYMOUS', HOST_1, 'WRITE', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'default-allow',
  },

  // The default, where there are bindings
  {
    because: "another principal's binding on the topic ends the default for everyone (KAFKA-14435)",
    bindings: [['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'LITERAL', 'logs']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'a binding for another operation ends the default as well',
    bindings: [['ALLOW', BOB, '*', 'READ', 'TOPIC', 'LITERAL', 'logs']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'WRITE', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'a binding for another host ends the default as well',
    bindings: [['ALLOW', BOB, HOST_2, 'READ', 'TOPIC', 'LITERAL', 'logs']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: "a DENY that does not match ends the default too: it is one of the resource's bindings",
    bindings: [['DENY', ALICE, '*', 'READ', 'TOPIC', 'LITERAL', 'logs']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'bindings on another topic leave the default in place',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'LITERAL', 'logs']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'metrics'],
    answer: 'ALLOWED',
    reason: 'default-allow',
  },
  {
    because: 'a prefixed binding ends the default for every name that begins with it',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'PREFIXED', 'log']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'a binding on LITERAL * ends the default for every topic',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'LITERAL', '*']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'a binding on every topic says nothing of groups',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'LITERAL', '*']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'READ', 'GROUP', 'logs'],
    answer: 'ALLOWED',
    reason: 'default-allow',
  },
  {
    because: 'a literal name that is only a prefix of the topic does not name it, and leaves the default',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'LITERAL', 'log']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'default-allow',
  },
  {
    because: 'topics with bindings do not change the default of the cluster',
    bindings: [['ALLOW', ALICE, '*', 'ALL', 'TOPIC', 'LITERAL', '*']],
    allowWithoutBinding: true,
    asked: [BOB, HOST_1, 'CREATE', 'CLUSTER', 'kafka-cluster'],
    answer: 'ALLOWED',
    reason: 'default-allow',
  },

  // Super users
  {
    because: 'a super user needs no binding',
    bindings: [],
    superUsers: ['User:admin'],
    asked: ['User:admin', HOST_1, 'ALTER', 'CLUSTER', 'kafka-cluster'],
    answer: 'ALLOWED',
    reason: 'super-user',
  },
  {
    because: 'a super user passes any DENY, also one of ALL for everyone (testSuperUserHasAccess)',
    bindings: [['DENY', EVERYONE, '*', 'ALL', 'TOPIC', 'LITERAL', 'logs']],
    superUsers: ['User:admin'],
    asked: ['User:admin', HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'super-user',
  },
  {
    because: 'super users are compared by the whole name, and case counts',
    bindings: [],
    superUsers: ['User:admin'],
    asked: ['User:Admin', HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'default-deny',
  },

  // Hosts (testTopicAcl)
  {
    because: 'an ALLOW from this very host',
    bindings: TWO_HOSTS,
    asked: [ALICE, HOST_2, 'READ', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'the DENY from this host beats the ALLOW from it',
    bindings: TWO_HOSTS,
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },
  {
    because: 'a DENY of READ does not deny WRITE',
    bindings: TWO_HOSTS,
    asked: [ALICE, HOST_1, 'WRITE', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'WRITE is allowed from the other host only',
    bindings: TWO_HOSTS,
    asked: [ALICE, HOST_2, 'WRITE', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'host * is every host, and the DENY of READ takes no DESCRIBE away',
    bindings: TWO_HOSTS,
    asked: [ALICE, HOST_1, 'DESCRIBE', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'no binding names ALTER',
    bindings: TWO_HOSTS,
    asked: [ALICE, HOST_1, 'ALTER', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'hosts are compared as strings: the beginning of an address is no address',
    bindings: [['ALLOW', ALICE, '192.168.1', 'READ', 'TOPIC', 'LITERAL', 'logs']],
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'a DENY for everyone from one host leaves the other hosts alone',
    bindings: [
      ['ALLOW', EVERYONE, '*', 'READ', 'TOPIC', 'LITERAL', 'logs'],
      ['DENY', EVERYONE, HOST_1, 'READ', 'TOPIC', 'LITERAL', 'logs'],
    ],
    asked: [ALICE, HOST_2, 'READ', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },

  // Principals
  {
    because: 'User:* is everyone (testAllowAllAccess)',
    bindings: [['ALLOW', EVERYONE, '*', 'ALL', 'TOPIC', 'LITERAL', 'logs']],
    asked: ['User:random', '192.0.4.4', 'READ', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'User:* is anonymous too',
    bindings: [['ALLOW', EVERYONE, '*', 'WRITE', 'TOPIC', 'LITERAL', 'logs']],
    asked: ['User:ANONYMOUS', HOST_1, 'WRITE', 'TOPIC', 'logs'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'a binding may name anonymous alone',
    bindings: [['ALLOW', 'User:ANONYMOUS', '*', 'WRITE', 'TOPIC', 'LITERAL', 'logs']],
    asked: [ALICE, HOST_1, 'WRITE', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'a DENY for one beats the ALLOW for everyone (testDenyTakesPrecedence)',
    bindings: [
      ['ALLOW', EVERYONE, '*', 'ALL', 'TOPIC', 'LITERAL', 'logs'],
      ['DENY', ALICE, HOST_1, 'ALL', 'TOPIC', 'LITERAL', 'logs'],
    ],
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },
  {
    because: 'a DENY for everyone beats the ALLOW for one: being more particular wins nothing',
    bindings: [
      ['ALLOW', ALICE, HOST_1, 'READ', 'TOPIC', 'LITERAL', 'logs'],
      ['DENY', EVERYONE, '*', 'READ', 'TOPIC', 'LITERAL', 'logs'],
    ],
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },
  {
    because: 'principals are compared by the whole name: no prefixes',
    bindings: [['ALLOW', 'User:al', '*', 'READ', 'TOPIC', 'LITERAL', 'logs']],
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },

  // What an ALLOW implies, and a DENY does not (testFindResultImplication)
  {
    because: 'ALLOW READ implies DESCRIBE',
    bindings: [['ALLOW', BOB, '*', 'READ', 'TOPIC', 'PREFIXED', 'foo_']],
    asked: [BOB, HOST_1, 'DESCRIBE', 'TOPIC', 'foo_bar'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'ALLOW WRITE implies DESCRIBE',
    bindings: [['ALLOW', BOB, '*', 'WRITE', 'TOPIC', 'PREFIXED', 'foo_']],
    asked: [BOB, HOST_1, 'DESCRIBE', 'TOPIC', 'foo_bar'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'ALLOW DELETE implies DESCRIBE',
    bindings: [['ALLOW', BOB, '*', 'DELETE', 'TOPIC', 'PREFIXED', 'foo_']],
    asked: [BOB, HOST_1, 'DESCRIBE', 'TOPIC', 'foo_bar'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'ALLOW ALTER implies DESCRIBE, of the cluster as well',
    bindings: [['ALLOW', BOB, '*', 'ALTER', 'CLUSTER', 'LITERAL', 'kafka-cluster']],
    asked: [BOB, HOST_1, 'DESCRIBE', 'CLUSTER', 'kafka-cluster'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'ALLOW CREATE does not imply DESCRIBE',
    bindings: [['ALLOW', BOB, '*', 'CREATE', 'TOPIC', 'PREFIXED', 'foo_']],
    asked: [BOB, HOST_1, 'DESCRIBE', 'TOPIC', 'foo_bar'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'ALLOW ALTER_CONFIGS implies DESCRIBE_CONFIGS',
    bindings: [['ALLOW', BOB, '*', 'ALTER_CONFIGS', 'TOPIC', 'PREFIXED', 'foo_']],
    asked: [BOB, HOST_1, 'DESCRIBE_CONFIGS', 'TOPIC', 'foo_bar'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'ALLOW ALTER_CONFIGS does not imply DESCRIBE',
    bindings: [['ALLOW', BOB, '*', 'ALTER_CONFIGS', 'TOPIC', 'LITERAL', 'foo']],
    asked: [BOB, HOST_1, 'DESCRIBE', 'TOPIC', 'foo'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'ALLOW ALTER does not imply DESCRIBE_CONFIGS',
    bindings: [['ALLOW', BOB, '*', 'ALTER', 'TOPIC', 'LITERAL', 'foo']],
    asked: [BOB, HOST_1, 'DESCRIBE_CONFIGS', 'TOPIC', 'foo'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'ALLOW DESCRIBE does not imply READ: implication goes one way',
    bindings: [['ALLOW', BOB, '*', 'DESCRIBE', 'TOPIC', 'LITERAL', 'foo']],
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'foo'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'DENY READ does not deny the DESCRIBE that ALLOW WRITE implies',
    bindings: [
      ['DENY', BOB, '*', 'READ', 'TOPIC', 'LITERAL', 'foo'],
      ['ALLOW', BOB, '*', 'WRITE', 'TOPIC', 'LITERAL', 'foo'],
    ],
    asked: [BOB, HOST_1, 'DESCRIBE', 'TOPIC', 'foo'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'DENY DESCRIBE beats the DESCRIBE that ALLOW READ implies',
    bindings: [
      ['DENY', BOB, '*', 'DESCRIBE', 'TOPIC', 'LITERAL', 'foo'],
      ['ALLOW', BOB, '*', 'READ', 'TOPIC', 'LITERAL', 'foo'],
    ],
    asked: [BOB, HOST_1, 'DESCRIBE', 'TOPIC', 'foo'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },
  {
    because: 'DENY DESCRIBE leaves READ itself alone',
    bindings: [
      ['DENY', BOB, '*', 'DESCRIBE', 'TOPIC', 'LITERAL', 'foo'],
      ['ALLOW', BOB, '*', 'READ', 'TOPIC', 'LITERAL', 'foo'],
    ],
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'foo'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'DENY ALTER_CONFIGS alone says nothing of DESCRIBE_CONFIGS, which is then denied for want of an ALLOW',
    bindings: [['DENY', BOB, '*', 'ALTER_CONFIGS', 'TOPIC', 'PREFIXED', 'foo_']],
    asked: [BOB, HOST_1, 'DESCRIBE_CONFIGS', 'TOPIC', 'foo_bar'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'DENY ALTER_CONFIGS denies ALTER_CONFIGS',
    bindings: [['DENY', BOB, '*', 'ALTER_CONFIGS', 'TOPIC', 'PREFIXED', 'foo_']],
    asked: [BOB, HOST_1, 'ALTER_CONFIGS', 'TOPIC', 'foo_bar'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },

  // Operation ALL (testTopicAclWithOperationAll, testDenyPrecedenceWithOperationAll)
  {
    because: 'ALLOW ALL on a prefix allows an operation that nothing implies',
    bindings: [['ALLOW', ALICE, '*', 'ALL', 'TOPIC', 'PREFIXED', 'bar']],
    asked: [ALICE, HOST_1, 'DESCRIBE_CONFIGS', 'TOPIC', 'bar'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'ALLOW ALL for another is no use',
    bindings: [['ALLOW', BOB, '*', 'ALL', 'TOPIC', 'LITERAL', 'baz']],
    asked: [ALICE, HOST_1, 'DESCRIBE', 'TOPIC', 'baz'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },
  {
    because: 'DENY ALL on the name beats ALLOW READ on the prefix',
    bindings: DENY_ALL_ON_NAME,
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'foo'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },
  {
    because: 'DENY ALL denies DESCRIBE too, although a DENY implies nothing',
    bindings: DENY_ALL_ON_NAME,
    asked: [BOB, HOST_1, 'DESCRIBE', 'TOPIC', 'foo'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },
  {
    because: 'the DENY is on the literal name foo, not on what begins with it',
    bindings: DENY_ALL_ON_NAME,
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'foobar'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: "the prefix allows everyone DESCRIBE; READ there is alice's alone",
    bindings: DENY_ALL_ON_NAME,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'foobaz'],
    answer: 'DENIED',
    reason: 'no-binding-matches',
  },

  // Resource patterns (testAuthorizationWithManyAcls, testWildCardAcls, KIP-290)
  {
    because: 'a prefixed binding matches a longer name',
    bindings: MANY,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'green1'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'a prefixed binding matches the name that equals it',
    bindings: MANY,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'green'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'a DENY on a shorter prefix beats an ALLOW on a longer one',
    bindings: MANY,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'alpha'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },
  {
    because: "that DENY is bob's; everyone else may",
    bindings: MANY,
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'alphabet'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'a name shorter than every prefix matches none',
    bindings: MANY,
    asked: [BOB, HOST_1, 'READ', 'TOPIC', 'ala'],
    answer: 'DENIED',
    reason: 'default-deny',
  },
  {
    because: 'a prefix further down still matches where longer literal names lie between',
    bindings: MANY,
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'betamax4'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'LITERAL * matches any group',
    bindings: MANY,
    asked: [BOB, HOST_1, 'WRITE', 'GROUP', 'arbitrary'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'a DENY on the name beats the ALLOW on *',
    bindings: MANY,
    asked: [BOB, HOST_1, 'WRITE', 'GROUP', 'wheel'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },
  {
    because: 'a DENY on * beats the ALLOW on the name (testWildCardAcls)',
    bindings: [
      ['ALLOW', ALICE, HOST_1, 'WRITE', 'TOPIC', 'LITERAL', 'logs'],
      ['DENY', ALICE, HOST_1, 'WRITE', 'TOPIC', 'LITERAL', '*'],
    ],
    asked: [ALICE, HOST_1, 'WRITE', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'deny-binding',
  },
  {
    because: 'PREFIXED * is the names that begin with a star, not every name',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'GROUP', 'PREFIXED', '*']],
    asked: [ALICE, HOST_1, 'READ', 'GROUP', 'readers'],
    answer: 'DENIED',
    reason: 'default-deny',
  },
  {
    because: 'LITERAL * matches the empty group name as well (testAuthorizeWithEmptyResourceName)',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'GROUP', 'LITERAL', '*']],
    asked: [ALICE, HOST_1, 'READ', 'GROUP', ''],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'a prefix of one character is a prefix (testSingleCharacterResourceAcls)',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'PREFIXED', 'f']],
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'foo'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'names are compared with their case',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'LITERAL', 'Logs']],
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'default-deny',
  },

  // Resource types
  {
    because: 'a binding on a topic is none on the group of the same name',
    bindings: [['ALLOW', ALICE, '*', 'READ', 'TOPIC', 'LITERAL', 'logs']],
    asked: [ALICE, HOST_1, 'READ', 'GROUP', 'logs'],
    answer: 'DENIED',
    reason: 'default-deny',
  },
  {
    because: 'the cluster is one resource with one name',
    bindings: [['ALLOW', ALICE, '*', 'CREATE', 'CLUSTER', 'LITERAL', 'kafka-cluster']],
    asked: [ALICE, HOST_1, 'CREATE', 'CLUSTER', 'kafka-cluster'],
    answer: 'ALLOWED',
    reason: 'allow-binding',
  },
  {
    because: 'CREATE on the cluster is not CREATE on a topic: whoever creates topics asks for both',
    bindings: [['ALLOW', ALICE, '*', 'CREATE', 'CLUSTER', 'LITERAL', 'kafka-cluster']],
    asked: [ALICE, HOST_1, 'CREATE', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'default-deny',
  },
  {
    because: 'ALL on the cluster is not ALL on everything in it',
    bindings: [['ALLOW', ALICE, '*', 'ALL', 'CLUSTER', 'LITERAL', 'kafka-cluster']],
    asked: [ALICE, HOST_1, 'READ', 'TOPIC', 'logs'],
    answer: 'DENIED',
    reason: 'default-deny',
  },
]
