/**
 * What a file is called on disk and in its URL: `<id>-<words of its name>.<extension>` in a subfolder `f0001` … `f9999` (contract: HTTP, 5 and 9).
 *
 * Nothing that a client sent gets into it but small ASCII letters, digits and dashes. The id makes it unique for ever.
 */
import { FILE_STEM_LENGTH_MAX, FILE_EXTENSION_LENGTH_MAX, FILES_PER_SUBFOLDER_MAX } from '@logbrook/kafka/limits'

const SUBFOLDERS = 9_999
const EXTENSION_OTHERWISE = 'bin'

/** `42-my-document.pdf` of `My Document.pdf`; `42.pdf` where nothing of the name can stay. */
export function storedNameOf(id: string, name: string): string {
  const dot = name.lastIndexOf('.')
  const stem = tidyStem(dot === -1 ? name : name.slice(0, dot))
  const extension = tidyExtension(dot === -1 ? '' : name.slice(dot + 1))
  return stem === '' ? `${id}.${extension}` : `${id}-${stem}.${extension}`
}

function tidyStem(stem: string): string {
  return stem
    .replaceAll(/[ _-]/g, '-')
    .replaceAll(/[^A-Za-z0-9-]/g, '')
    .toLowerCase()
    .slice(0, FILE_STEM_LENGTH_MAX)
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^-|-$/g, '')
}

function tidyExtension(extension: string): string {
  const fits = extension.length <= FILE_EXTENSION_LENGTH_MAX && /^[A-Za-z0-9]+$/.test(extension)
  return fits ? extension.toLowerCase() : EXTENSION_OTHERWISE
}

/** So many files lie in one; after the last subfolder the first is next again. */
export function subfolderOf(id: number): string {
  const number = (Math.floor((id - 1) / FILES_PER_SUBFOLDER_MAX) % SUBFOLDERS) + 1
  return `f${String(number).padStart(4, '0')}`
}

export function isSubfolder(text: string): boolean {
  return /^f\d{4}$/.test(text)
}

/** The number that a stored name, or an id alone, begins with; `null`: it is neither. */
export function idIn(name: string): string | null {
  return /^(?<id>[1-9]\d{0,15})(?:$|[.-])/.exec(name)?.groups?.['id'] ?? null
}
