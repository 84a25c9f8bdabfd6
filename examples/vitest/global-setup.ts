/** One broker for the whole run, for tests that do not mind each other. */
import { Logbrook } from 'logbrook/testing'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    readonly brokerUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await Logbrook.create()
  project.provide('brokerUrl', broker.url)
  return () => broker.stop()
}
