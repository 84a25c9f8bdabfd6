/**
 * `AsyncDisposableStack` for Nodes before 24, which have none; the bundler puts it where the sources say the global's name. It does as the
 * language's does, but for what is thrown when several disposals fail: all of it in one AggregateError.
 */
type Dispose = () => unknown

class Stack implements Omit<AsyncDisposableStack, typeof Symbol.toStringTag> {
  #pending: Dispose[] = []
  #disposed = false

  get disposed(): boolean {
    return this.#disposed
  }

  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T {
    if (value === null || value === undefined) return value
    this.#push(() => (Symbol.asyncDispose in value ? value[Symbol.asyncDispose]() : value[Symbol.dispose]()))
    return value
  }

  adopt<T>(value: T, onDisposeAsync: (value: T) => PromiseLike<void> | void): T {
    this.#push(() => onDisposeAsync(value))
    return value
  }

  defer(onDisposeAsync: () => PromiseLike<void> | void): void {
    this.#push(onDisposeAsync)
  }

  move(): AsyncDisposableStack {
    this.#assertOpen()
    const moved = new Stack()
    moved.#pending = this.#pending
    this.#pending = []
    this.#disposed = true
    return moved as unknown as AsyncDisposableStack
  }

  async disposeAsync(): Promise<void> {
    this.#disposed = true
    const errors: unknown[] = []
    for (let dispose = this.#pending.pop(); dispose !== undefined; dispose = this.#pending.pop()) {
      try {
        await dispose()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync()
  }

  #push(dispose: Dispose): void {
    this.#assertOpen()
    this.#pending.push(dispose)
  }

  #assertOpen(): void {
    if (this.#disposed) throw new ReferenceError('Cannot add values to a disposed stack!')
  }
}

export { Stack as AsyncDisposableStack }
