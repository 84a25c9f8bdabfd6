/**
 * What is said on a WebSocket of the KalamDB dialect (contract 7): who is at its other end, and what they subscribe to.
 *
 * - Before they have said who they are, nothing else is heard.
 * - A session ends when its user is gone, or is not the one any more who opened it: nothing is handed out after that.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { Timer } from '@logbrook/kafka/clock'
import { WEBSOCKET_AUTHENTICATION_MS_MAX } from '@logbrook/kafka/limits'
import type { User } from '@logbrook/kafka/users'
import type { Frame } from '@logbrook/sql/live/frame'
import type { LiveConnection, SubscriptionRequest } from '@logbrook/sql/live/live-queries'
import type { RouteContext } from '../context.ts'
import { tokenUser } from '../routes/kalamdb/bearer.ts'
import type { ClientMessage } from './client-message.ts'
import { CLOSE } from './close-reasons.ts'
import type { CloseReason } from './close-reasons.ts'
import { authError, authSuccess, errorFrame } from './server-messages.ts'

export interface ConversationOptions {
  readonly context: RouteContext
  readonly address: string
  /** What the upgrade asked for; a message may ask for less. */
  readonly compresses: boolean
  readonly send: (frame: Frame) => void
  /** Until it has taken enough of what it was sent for more; `null` where it has. */
  readonly room: () => Promise<void> | null
  readonly close: (reason: CloseReason) => void
}

interface Session {
  readonly token: string
  readonly user: User
}

export class Conversation {
  readonly #options: ConversationOptions
  #compresses: boolean
  #session: Session | undefined
  #patience: Timer | undefined
  #live: LiveConnection | undefined
  #ended = false

  constructor(options: ConversationOptions) {
    this.#options = options
    this.#compresses = options.compresses
  }

  get compresses(): boolean {
    return this.#compresses
  }

  /** The upgrade showed none. */
  awaitCredentials(): void {
    this.#patience = this.#options.context.clock.after(WEBSOCKET_AUTHENTICATION_MS_MAX, () => this.#refuse('Authentication timeout'))
  }

  /** `null`: what was shown is no token. */
  async authenticate(token: string | null): Promise<void> {
    const { context, address, send } = this.#options
    this.#patience?.cancel()
    try {
      context.broker.sessions.admit(address)
      const user = await tokenUser(token, context)
      if (this.#ended) return
      this.#session = { token: token!, user }
      send(authSuccess(user, this.#compresses))
    } catch (error) {
      this.#refuse(messageOf(error))
    }
  }

  async hear(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'authenticate':
        if (this.#session === undefined) {
          this.#compresses &&= message.wantsCompression
          await this.authenticate(message.token)
        } else {
          this.#options.send(authSuccess(this.#session.user, this.#compresses))
        }
        break
      case 'subscribe':
        await this.#subscribe(message.subscription)
        break
      case 'next-batch':
        this.#live?.nextBatch(message.subscriptionId)
        break
      case 'unsubscribe':
        this.#live?.unsubscribe(message.subscriptionId)
        break
      case 'ping':
        break
    }
  }

  /** The client is there. */
  heard(): void {
    this.#live?.heard()
  }

  async checkSession(): Promise<void> {
    if (this.#session === undefined || this.#ended) return
    try {
      const { context } = this.#options
      await tokenUser(this.#session.token, context)
    } catch (error) {
      // A lock keeps from logging in. It ends no session: whoever can reach the login could end those of others.
      if (error instanceof KafkaError && error.error === 'ACCOUNT_LOCKED') return
      this.#refuse(messageOf(error))
    }
  }

  /** The connection is closed or closing. Idempotent. */
  end(): void {
    this.#ended = true
    this.#patience?.cancel()
    this.#live?.close()
  }

  async #subscribe(subscription: SubscriptionRequest): Promise<void> {
    const { send } = this.#options
    if (this.#session === undefined) {
      send(errorFrame('subscribe', 'AUTH_REQUIRED', 'Authentication required before subscribing'))
      return
    }
    if (subscription.id.trim() === '') {
      send(errorFrame('invalid_subscription', 'INVALID_SUBSCRIPTION_ID', 'Subscription id is blank'))
      return
    }
    await this.checkSession()
    if (this.#ended) return
    try {
      const live = await this.#openLive(this.#session)
      if (!this.#ended) live.subscribe(subscription)
    } catch (error) {
      this.#options.context.logger.error({ err: error }, 'live queries could not be opened')
      send(errorFrame(subscription.id, 'SUBSCRIPTION_FAILED', 'live queries cannot be had now'))
    }
  }

  async #openLive({ user }: Session): Promise<LiveConnection> {
    if (this.#live !== undefined) return this.#live
    const { context, address, room, close } = this.#options
    const { live } = await context.sql.open()
    this.#live = live.open({
      caller: { user: user.name, role: user.role, host: address },
      compresses: this.#compresses,
      send: (frame) => this.#hand(frame),
      room,
      lost: () => close(CLOSE.lost),
    })
    if (this.#ended) this.#live.close()
    return this.#live
  }

  /** To be read by the user that subscribed, as they were then. */
  #hand(frame: Frame): void {
    const { context, send } = this.#options
    const { user } = this.#session!
    const now = context.broker.users.user(user.name)
    if (now?.role === user.role && now.credential === user.credential) send(frame)
    else this.#refuse('Invalid credentials')
  }

  #refuse(message: string): void {
    if (this.#ended) return
    const { context, send, close } = this.#options
    context.metrics.broker.authenticationFailed()
    send(authError(message))
    close(CLOSE.unauthenticated)
  }
}

function messageOf(error: unknown): string {
  return error instanceof KafkaError ? error.message : 'Authentication failed'
}
