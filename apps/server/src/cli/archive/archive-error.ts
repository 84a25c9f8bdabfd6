/** What is wrong with an archive, in a sentence that names the archive and the entry or the key. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}
