/** Why a broker cannot start, in a sentence for whoever started it: a taken port, an address that is not this machine's. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
