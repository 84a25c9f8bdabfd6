/** Statements about topics. */
import type { Handler } from '../run.ts'

interface TopicHandlers {
  readonly 'create-topic': Handler<'create-topic'>
  readonly 'drop-topic': Handler<'drop-topic'>
  readonly 'clear-topic': Handler<'clear-topic'>
  readonly 'add-source': Handler<'add-source'>
  readonly 'set-topic-retention': Handler<'set-topic-retention'>
  readonly 'clear-topic-retention': Handler<'clear-topic-retention'>
  readonly 'reset-group': Handler<'reset-group'>
  readonly consume: Handler<'consume'>
  readonly ack: Handler<'ack'>
}

const notYet = (): never => {
  throw new Error('not yet')
}

export const topicHandlers: TopicHandlers = {
  'create-topic': notYet,
  'drop-topic': notYet,
  'clear-topic': notYet,
  'add-source': notYet,
  'set-topic-retention': notYet,
  'clear-topic-retention': notYet,
  'reset-group': notYet,
  consume: notYet,
  ack: notYet,
}
