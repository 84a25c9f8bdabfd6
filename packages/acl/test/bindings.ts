/** Bindings for tests, in few words. */
import type { AclBinding } from '@logbrook/kafka/acl'
import fc from 'fast-check'
import type { Question } from '../src/matching.ts'
import type { BindingRow, QuestionRow } from './decisions.ts'

export function bindingOf([permissionType, principal, host, operation, resourceType, patternType, resourceName]: BindingRow): AclBinding {
  return { permissionType, principal, host, operation, resourceType, patternType, resourceName }
}

export function questionOf([principal, host, operation, type, name]: QuestionRow): Question {
  return { principal, host, operation, resource: { type, name } }
}

// Few values, so that bindings and questions meet often.
const PRINCIPALS = ['User:alice', 'User:bob', 'User:ANONYMOUS'] as const
const HOSTS = ['10.0.0.1', '10.0.0.2'] as const
const OPERATIONS = ['READ', 'WRITE', 'CREATE', 'ALTER', 'DESCRIBE', 'ALTER_CONFIGS', 'DESCRIBE_CONFIGS'] as const
const NAMES = ['a', 'ab', 'abc', 'abd', 'b', 'ba'] as const
const TYPES = ['TOPIC', 'GROUP'] as const

export const arbitraryBinding: fc.Arbitrary<AclBinding> = fc.record({
  permissionType: fc.constantFrom('ALLOW', 'DENY'),
  principal: fc.constantFrom(...PRINCIPALS, 'User:*'),
  host: fc.constantFrom(...HOSTS, '*'),
  operation: fc.constantFrom(...OPERATIONS, 'ALL'),
  resourceType: fc.constantFrom(...TYPES),
  patternType: fc.constantFrom('LITERAL', 'PREFIXED'),
  resourceName: fc.constantFrom(...NAMES, '*'),
})

export const arbitraryQuestion: fc.Arbitrary<Question> = fc.record({
  principal: fc.constantFrom(...PRINCIPALS),
  host: fc.constantFrom(...HOSTS),
  operation: fc.constantFrom(...OPERATIONS),
  resource: fc.record({ type: fc.constantFrom(...TYPES), name: fc.constantFrom(...NAMES, '*', '') }),
})
