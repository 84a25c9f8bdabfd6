/** Runs at most `width` tasks at once; the others wait in turn. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T>

export function createGate(width: number): Gate {
  let running = 0
  const waiting: (() => void)[] = []

  return async (task) => {
    if (running < width) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      // Whoever waits takes over the place, so that nobody slips in between.
      if (next === undefined) running--
      else next()
    }
  }
}
