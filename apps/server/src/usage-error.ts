/** What a person or a script asked for in a way that cannot be understood: one sentence, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
