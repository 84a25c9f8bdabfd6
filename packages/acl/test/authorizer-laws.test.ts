/** Laws that hold for any bindings: `seed` and counterexample are printed by fast-check when one does not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AclBinding } from '@logbrook/kafka/acl'
import type { Principal } from '@logbrook/kafka/principal'
import fc from 'fast-check'
import { createAuthorizer } from '../src/authorizer.ts'
import type { Decision } from '../src/authorizer.ts'
import type { Question } from '../src/matching.ts'
import { arbitraryBinding, arbitraryQuestion } from './bindings.ts'

const RUNS = { seed: 20_261_120, numRuns: 2_000 }
const bindingsAndQuestion = [fc.array(arbitraryBinding, { maxLength: 12 }), arbitraryQuestion, fc.boolean()] as const

interface Options {
  readonly allowWithoutBinding?: boolean
  readonly superUsers?: readonly Principal[]
}

function decide(
  bindings: readonly AclBinding[],
  question: Question,
  { allowWithoutBinding = false, superUsers = [] }: Options = {},
): Decision {
  return createAuthorizer({ bindings, allowWithoutBinding, superUsers: new Set(superUsers) }).authorize(question)
}

/** The rules again, as a scan over everything with no thought of speed. */
function decideByScan(bindings: readonly AclBinding[], question: Question, allowWithoutBinding: boolean): boolean {
  const onResource = bindings.filter(
    (binding) =>
      binding.resourceType === question.resource.type &&
      (binding.patternType === 'LITERAL'
        ? ['*', question.resource.name].includes(binding.resourceName)
        : question.resource.name.slice(0, binding.resourceName.length) === binding.resourceName),
  )
  if (onResource.length === 0) return allowWithoutBinding
  const implying: Record<string, string[]> = {
    DESCRIBE: ['READ', 'WRITE', 'DELETE', 'ALTER'],
    DESCRIBE_CONFIGS: ['ALTER_CONFIGS'],
  }
  const says = (permissionType: string, operations: readonly string[]): boolean =>
    onResource.some(
      (binding) =>
        binding.permissionType === permissionType &&
        ['User:*', question.principal].includes(binding.principal) &&
        ['*', question.host].includes(binding.host) &&
        operations.includes(binding.operation),
    )
  const named = ['ALL', question.operation]
  return !says('DENY', named) && says('ALLOW', [...named, ...(implying[question.operation] ?? [])])
}

test('the index answers what a scan of all bindings answers', () => {
  fc.assert(
    fc.property(...bindingsAndQuestion, (bindings, question, allowWithoutBinding) => {
      assert.equal(decide(bindings, question, { allowWithoutBinding }).allowed, decideByScan(bindings, question, allowWithoutBinding))
    }),
    RUNS,
  )
})

test('adding a DENY never allows more', () => {
  fc.assert(
    fc.property(...bindingsAndQuestion, arbitraryBinding, (bindings, question, allowWithoutBinding, binding) => {
      const before = decide(bindings, question, { allowWithoutBinding })
      const after = decide([...bindings, { ...binding, permissionType: 'DENY' }], question, { allowWithoutBinding })
      assert.ok(before.allowed || !after.allowed)
    }),
    RUNS,
  )
})

test('adding an ALLOW never denies more, but where the resource had the default for want of any binding', () => {
  fc.assert(
    fc.property(...bindingsAndQuestion, arbitraryBinding, (bindings, question, allowWithoutBinding, binding) => {
      const before = decide(bindings, question, { allowWithoutBinding })
      const after = decide([...bindings, { ...binding, permissionType: 'ALLOW' }], question, { allowWithoutBinding })
      assert.ok(after.allowed || !before.allowed || before.reason === 'default-allow')
    }),
    RUNS,
  )
})

test('the order of bindings and their repetition are irrelevant, also to which binding is named', () => {
  const shuffled = fc
    .array(arbitraryBinding, { maxLength: 12 })
    .chain((bindings) =>
      fc.tuple(fc.constant(bindings), fc.shuffledSubarray([...bindings, ...bindings], { minLength: bindings.length * 2 })),
    )
  fc.assert(
    fc.property(shuffled, arbitraryQuestion, ([bindings, other], question) => {
      assert.deepEqual(decide(other, question), decide(bindings, question))
    }),
    RUNS,
  )
})

test('a super user may always', () => {
  fc.assert(
    fc.property(...bindingsAndQuestion, (bindings, question, allowWithoutBinding) => {
      const decision = decide(bindings, question, { allowWithoutBinding, superUsers: [question.principal] })
      assert.deepEqual(decision, { allowed: true, reason: 'super-user', binding: null })
    }),
    RUNS,
  )
})

test('bindings on other resources change nothing', () => {
  fc.assert(
    fc.property(...bindingsAndQuestion, arbitraryBinding, (bindings, question, allowWithoutBinding, binding) => {
      const other: AclBinding = { ...binding, resourceType: question.resource.type, patternType: 'LITERAL', resourceName: 'elsewhere' }
      assert.deepEqual(decide([...bindings, other], question, { allowWithoutBinding }), decide(bindings, question, { allowWithoutBinding }))
    }),
    RUNS,
  )
})
