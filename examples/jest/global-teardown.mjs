export default async function teardown() {
  await globalThis.sharedBroker.stop()
}
