/** The shop that `logbrook demo` tells of: its services, what people do there, and what goes wrong. */
import type { Chance } from './chance.ts'

export interface Service {
  readonly name: string
  readonly version: string
  readonly hosts: number
  readonly medianMs: number
  /** What it says of a request that went well. */
  readonly say: (chance: Chance) => string
  readonly failures: readonly Failure[]
}

export interface Failure {
  readonly kind: string
  readonly message: (chance: Chance) => string
  /** Frames below the message. */
  readonly frames: readonly string[]
  readonly status: number
}

export interface Route {
  readonly method: string
  readonly path: (chance: Chance) => string
  readonly status: number
  /** In the order in which they are called. */
  readonly services: readonly string[]
  readonly weight: number
}

const id = (chance: Chance, prefix: string) => `${prefix}_${chance.hex(8)}`
const sku = (chance: Chance) => `sku-${chance.whole(1_000, 4_999)}`
const euros = (chance: Chance) => `${chance.whole(4, 320)}.${chance.oneOf(['00', '50', '90', '99'])} EUR`
const QUERIES = ['red shoes', 'rain jacket', 'usb-c cable', 'tea pot', 'größe 42', 'desk lamp'] as const

export const SERVICES: Readonly<Record<string, Service>> = {
  auth: {
    name: 'auth',
    version: '3.2.0',
    hosts: 2,
    medianMs: 12,
    say: (chance) => `user u_${chance.whole(1_000, 9_999)} logged in`,
    failures: [
      {
        kind: 'WrongPassword',
        message: (chance) => `wrong password for u_${chance.whole(1_000, 9_999)}, attempt ${chance.whole(1, 5)}`,
        frames: [],
        status: 401,
      },
    ],
  },
  search: {
    name: 'search',
    version: '0.9.14',
    hosts: 3,
    medianMs: 35,
    say: (chance) => `found ${chance.whole(0, 480)} products for ${JSON.stringify(chance.oneOf(QUERIES))}`,
    failures: [
      {
        kind: 'elasticsearch.ConnectionTimeout',
        message: () => 'shard products-2 did not answer within 500 ms',
        frames: [
          'File "/srv/search/handlers.py", line 88, in query',
          'File "/srv/search/index.py", line 41, in search',
          'File "/usr/lib/python3/site-packages/elasticsearch/transport.py", line 392, in perform_request',
        ],
        status: 503,
      },
    ],
  },
  inventory: {
    name: 'inventory',
    version: '1.20.3',
    hosts: 2,
    medianMs: 18,
    say: (chance) => `reserved ${chance.whole(1, 4)} × ${sku(chance)} in ${chance.oneOf(['ber-1', 'waw-2', 'lyon'])}`,
    failures: [{ kind: 'OutOfStock', message: (chance) => `${sku(chance)} is out of stock`, frames: [], status: 409 }],
  },
  payments: {
    name: 'payments',
    version: '5.1.1',
    hosts: 2,
    medianMs: 180,
    say: (chance) => `payment ${id(chance, 'pay')} of ${euros(chance)} authorized by ${chance.oneOf(['visa', 'mastercard', 'sepa'])}`,
    failures: [
      {
        kind: 'com.shop.payments.AcquirerTimeoutException',
        message: (chance) => `no answer from acquirer ${chance.oneOf(['north', 'south'])} within 3000 ms`,
        frames: [
          'at com.shop.payments.AcquirerClient.authorize(AcquirerClient.java:142)',
          'at com.shop.payments.PaymentService.charge(PaymentService.java:77)',
          'at com.shop.payments.api.PaymentResource.post(PaymentResource.java:51)',
          'at java.base/java.lang.Thread.run(Thread.java:1583)',
        ],
        status: 502,
      },
      { kind: 'CardDeclined', message: () => 'the card was declined: insufficient funds', frames: [], status: 402 },
    ],
  },
  checkout: {
    name: 'checkout',
    version: '2.7.0',
    hosts: 3,
    medianMs: 40,
    say: (chance) => `order ${id(chance, 'ord')} placed: ${chance.whole(1, 6)} items, ${euros(chance)}`,
    failures: [
      {
        kind: 'TypeError',
        message: () => "Cannot read properties of undefined (reading 'vatRate')",
        frames: [
          'at totalOf (/srv/checkout/src/cart.js:118:31)',
          'at placeOrder (/srv/checkout/src/orders.js:64:17)',
          'at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
        ],
        status: 500,
      },
    ],
  },
}

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: () => '/api/search', status: 200, services: ['search'], weight: 40 },
  { method: 'GET', path: (chance) => `/api/products/${sku(chance)}`, status: 200, services: [], weight: 30 },
  { method: 'POST', path: () => '/api/login', status: 200, services: ['auth'], weight: 10 },
  { method: 'POST', path: (chance) => `/api/carts/${id(chance, 'cart')}/items`, status: 201, services: ['inventory'], weight: 12 },
  { method: 'POST', path: () => '/api/orders', status: 201, services: ['inventory', 'payments', 'checkout'], weight: 8 },
]
