/**
 * PostgreSQL's parser, which is WebAssembly in a file beside its code: it goes along with every form of the program.
 *
 * What we take it for is checked by each build: code that no longer reads its file as it did would find nothing.
 */
import { readFileSync } from 'node:fs'
import { join, dirname } from 'node:path'
import type { Plugin } from 'rolldown'

const FILE = 'libpg-query.wasm'
const CODE = /\/libpg-query\/wasm\/libpg-query\.js$/

/** Where it is read from, as its code says it, and the function that reads it. */
const FROM_BESIDE = 'scriptDirectory=__dirname+"/"'
const READS = 'readAsync=async(filename,binary=true)=>{'

/** The file lies beside the bundle's code, as it does in the package. */
export function parserBeside(): Plugin {
  return parserPlugin((code) => expect(code, FROM_BESIDE))
}

/** The file is an asset of a single executable. */
export function embeddedParser(): Plugin {
  return parserPlugin((code) =>
    expect(code, READS).replace(READS, `${READS}return require("node:sea").getRawAsset(${JSON.stringify(FILE)});`),
  )
}

function parserPlugin(change: (code: string) => string): Plugin {
  return {
    name: 'sql-parser',
    transform: {
      filter: { id: CODE },
      handler(code, id) {
        this.emitFile({ type: 'asset', fileName: FILE, source: readFileSync(join(dirname(id), FILE)) })
        return change(code)
      },
    },
  }
}

function expect(code: string, part: string): string {
  if (code.includes(part)) return code
  throw new Error(`PostgreSQL's parser no longer reads its file by ${part}`)
}
