/** Where the key is kept that signs sessions. Whoever has it can be anyone: it is handed to nobody. */
export interface SessionSecretStore {
  /** The same at every call until it is replaced; made at the first one. */
  secret(): Promise<Uint8Array>
  /** Replaces it: what the old one signed is worth nothing from then on. */
  rotate(): Promise<void>
}
