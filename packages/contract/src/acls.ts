/** ACL bindings: `/v1/kafka/acls`, and why a question is decided as it is. */
import { OPERATIONS, PATTERN_TYPES, PERMISSION_TYPES, RESOURCE_TYPES } from '@logbrook/kafka/acl'
import { z } from 'zod'
import { closedObject } from './closed-object.ts'
import { COMPONENTS } from './components.ts'

const PrincipalName = z.string().describe('`User:name`; `User:*` is everyone, `User:ANONYMOUS` who sends no credentials')
const Host = z.string().describe('an address; `*` is every one')
const ResourceTypeName = z.enum(RESOURCE_TYPES)
const OperationName = z.enum(OPERATIONS)

const BINDING = {
  principal: PrincipalName,
  host: Host,
  operation: OperationName,
  permission_type: z.enum(PERMISSION_TYPES),
  resource_type: ResourceTypeName,
  resource_name: z.string().describe('`*` as a LITERAL name is every resource of its type'),
  pattern_type: z.enum(PATTERN_TYPES),
}

export const AclBindingBody = z.object(BINDING).register(COMPONENTS, { id: 'AclBinding' })
export type AclBindingBody = z.infer<typeof AclBindingBody>

/** A binding as it is asked for: the fields that have an obvious default may be left out, and words may be spelt as kafka-acls takes them. */
export const NewAclBinding = closedObject({
  ...BINDING,
  resource_name: BINDING.resource_name.optional().describe('may be left out for the cluster, of which there is one'),
  host: Host.optional().describe('`*` by default'),
  permission_type: BINDING.permission_type.optional().describe('`ALLOW` by default'),
  pattern_type: BINDING.pattern_type.optional().describe('`LITERAL` by default'),
}).register(COMPONENTS, { id: 'NewAclBinding' })
export type NewAclBinding = z.infer<typeof NewAclBinding>

/** Matches the bindings whose fields equal those given; an empty one matches all. */
export const AclFilter = closedObject({
  principal: BINDING.principal.optional(),
  host: BINDING.host.optional(),
  operation: BINDING.operation.optional(),
  permission_type: BINDING.permission_type.optional(),
  resource_type: BINDING.resource_type.optional(),
  resource_name: BINDING.resource_name.optional(),
  pattern_type: BINDING.pattern_type.optional(),
}).register(COMPONENTS, { id: 'AclFilter' })
export type AclFilter = z.infer<typeof AclFilter>

export const CreateAclsRequest = closedObject({ bindings: z.array(NewAclBinding) }).register(COMPONENTS, { id: 'CreateAclsRequest' })
export type CreateAclsRequest = z.infer<typeof CreateAclsRequest>

export const DeleteAclsRequest = closedObject({ filters: z.array(AclFilter) }).register(COMPONENTS, { id: 'DeleteAclsRequest' })
export type DeleteAclsRequest = z.infer<typeof DeleteAclsRequest>

/** What there is, what was created, or what was deleted. */
export const AclList = z.object({ bindings: z.array(AclBindingBody) }).register(COMPONENTS, { id: 'AclList' })
export type AclList = z.infer<typeof AclList>

/** Words may be spelt as kafka-acls takes them. */
export const ExplainRequest = closedObject({
  principal: PrincipalName,
  host: z.string().optional().describe('`127.0.0.1` by default'),
  operation: OperationName,
  resource_type: ResourceTypeName,
  resource_name: z.string().optional().describe('`kafka-cluster` by default where the resource is the cluster'),
}).register(COMPONENTS, { id: 'ExplainRequest' })
export type ExplainRequest = z.infer<typeof ExplainRequest>

export const ExplainResponse = z
  .object({
    enforced: z.boolean().describe('`false` while ACLs are off: then everything is allowed, whatever the bindings say'),
    allowed: z.boolean().describe('what the bindings say'),
    reason: z.enum(['super-user', 'deny-binding', 'allow-binding', 'no-binding-matches', 'default-allow', 'default-deny']),
    binding: AclBindingBody.nullable().describe('the binding that decided'),
    near_misses: z
      .array(z.object({ binding: AclBindingBody, differs_in: z.array(z.string()) }))
      .describe('where none decided: the closest that would have decided otherwise, and the fields in which they differ'),
    sentence: z.string().describe('the whole of it for a person'),
  })
  .register(COMPONENTS, { id: 'ExplainResponse' })
export type ExplainResponse = z.infer<typeof ExplainResponse>
