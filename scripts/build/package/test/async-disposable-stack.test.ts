import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AsyncDisposableStack as Shipped } from '../async-disposable-stack.ts'

for (const [name, Stack] of Object.entries({ 'the shipped one': Shipped, "the language's own": AsyncDisposableStack })) {
  void suite(`a stack of what is to be disposed: ${name}`, () => {
    test('everything is disposed once, the last first, each after the one before it is done', async () => {
      const done: string[] = []
      const stack = new Stack()
      stack.defer(() => void done.push('deferred'))
      const adopted = stack.adopt('adopted', async (value) => {
        await Promise.resolve()
        done.push(value)
      })
      const used = stack.use({ [Symbol.asyncDispose]: async () => void done.push('used') })
      const usedNow = stack.use({ [Symbol.dispose]: () => void done.push('used at once') })
      assert.deepEqual([adopted, typeof used, typeof usedNow, stack.use(null)], ['adopted', 'object', 'object', null])
      await stack[Symbol.asyncDispose]()
      await stack.disposeAsync()
      assert.deepEqual(done, ['used at once', 'used', 'adopted', 'deferred'])
      assert.equal(stack.disposed, true)
    })

    test('what has been moved is disposed by its new owner alone', async () => {
      let count = 0
      const stack = new Stack()
      stack.defer(() => void count++)
      const moved = stack.move()
      await stack.disposeAsync()
      assert.equal(count, 0)
      await moved.disposeAsync()
      assert.equal(count, 1)
    })

    test('one that is disposed takes nothing more', async () => {
      const stack = new Stack()
      await stack.disposeAsync()
      assert.throws(() => stack.defer(() => {}), ReferenceError)
      assert.throws(() => stack.move(), ReferenceError)
    })

    test('a failure keeps nothing else from being disposed', async () => {
      let disposed = false
      const stack = new Stack()
      stack.defer(() => void (disposed = true))
      stack.defer(() => Promise.reject(new Error('no')))
      await assert.rejects(stack.disposeAsync(), { message: 'no' })
      assert.equal(disposed, true)
    })
  })
}

test('several failures are told together', async () => {
  const stack = new Shipped()
  for (const message of ['second', 'first']) {
    stack.defer(() => {
      throw new Error(message)
    })
  }
  await assert.rejects(stack.disposeAsync(), { name: 'AggregateError', errors: [new Error('first'), new Error('second')] })
})
