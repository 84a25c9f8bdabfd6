/** A pipe between the broker and an engine, which says by being open that the broker is there. */

/** Its file descriptor in the engine. */
export const LIFELINE = 3

/** What an engine says of itself there that takes too much memory. */
export const TOO_LARGE = 'too large\n'
