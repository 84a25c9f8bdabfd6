/** What one look at the surroundings of a broker found. */
export interface Finding {
  /** What was looked at, in a word. */
  readonly check: string
  /** `fail` keeps a broker from starting, or from keeping what it is given. */
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  /** What to do about it. */
  readonly advice?: string
}
