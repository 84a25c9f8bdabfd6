/** Namespaces. That only administrators change them was asked before (access.ts). */
import { SQL_NAMESPACES_MAX } from '@logbrook/kafka/limits'
import { alreadyExists, invalidOperation, notFound } from '../../sql-error.ts'
import { note } from '../audit.ts'
import { isSystemNamespace } from '../touched-tables.ts'
import { messageResult } from '../result.ts'
import type { Handlers, Run } from '../run.ts'
import { systemResult } from '../system/relation.ts'

/** It is there by itself. */
const DEFAULT_NAMESPACE = 'default'

type NamespaceStatement = 'create-namespace' | 'drop-namespace' | 'alter-namespace' | 'use-namespace' | 'show-namespaces'

export const namespaceHandlers: Handlers<NamespaceStatement> = {
  'create-namespace': ({ name, ifNotExists }, run) => {
    if (run.catalog.namespace(name) !== undefined) {
      if (ifNotExists) return messageResult(run, `Namespace '${name}' already exists`)
      throw alreadyExists(`Namespace '${name}' already exists`)
    }
    if (run.catalog.namespaces().length >= SQL_NAMESPACES_MAX) {
      throw invalidOperation(`there are ${SQL_NAMESPACES_MAX} namespaces, which is the limit`)
    }
    run.catalog.createNamespace(name, run.nowMs)
    return changed(run, { name, verb: 'created', action: 'CREATE_NAMESPACE' })
  },

  'drop-namespace': ({ name, ifExists }, run) => {
    if (run.catalog.namespace(name) === undefined) {
      if (ifExists) return messageResult(run, `Namespace '${name}' does not exist`)
      throw notFound(`Namespace '${name}' not found`)
    }
    if (name === DEFAULT_NAMESPACE) throw invalidOperation(`Namespace '${name}' cannot be dropped`)
    run.catalog.dropNamespace(name)
    return changed(run, { name, verb: 'dropped', action: 'DROP_NAMESPACE' })
  },

  'alter-namespace': ({ name, options }, run) => {
    if (run.catalog.namespace(name) === undefined) throw notFound(`Namespace '${name}' not found`)
    run.catalog.alterNamespace(name, options)
    return changed(run, { name, verb: 'altered', action: 'ALTER_NAMESPACE' })
  },

  'use-namespace': ({ name }, run) => {
    if (run.catalog.namespace(name) === undefined && !isSystemNamespace(name)) throw notFound(`Namespace '${name}' does not exist`)
    run.namespace = name
    return messageResult(run, `Namespace switched to '${name}'`)
  },

  'show-namespaces': (_statement, run) => systemResult('namespaces', run),
}

function changed(run: Run, { name, verb, action }: { readonly name: string; readonly verb: string; readonly action: string }) {
  run.effects.catalogChanged = true
  note(run, { action, target: name })
  return messageResult(run, `Namespace '${name}' ${verb} successfully`)
}
