/** One broker for the whole run, for tests that do not mind each other. */
import { Logbrook } from 'logbrook/testing'

export default async function setup() {
  const broker = await Logbrook.create({ topics: { shared: {} } })
  globalThis.sharedBroker = broker
  process.env.SHARED_BROKER_URL = broker.url
}
