/**
 * Types that zod derives from schemas, spelled out, so that the published declarations need no zod.
 *
 * A module that imports zod is replaced by one that declares its types alone. The compiler says what each type is; a type keeps the comment of
 * its own, or else that of the schema of its name.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SyntaxKind } from 'typescript/unstable/ast'
import { isImportDeclaration, isInterfaceDeclaration, isTypeAliasDeclaration, isVariableStatement } from 'typescript/unstable/ast/is'
import type { SourceFile, Statement, TypeAliasDeclaration } from 'typescript/unstable/ast'
import { API, NodeBuilderFlags } from 'typescript/unstable/sync'
import type { Checker } from 'typescript/unstable/sync'

const AS_WRITTEN_IN_AN_ALIAS = NodeBuilderFlags.NoTruncation | NodeBuilderFlags.InTypeAlias | NodeBuilderFlags.MultilineObjectLiterals

/** By the path of its source: the declarations of every module of the project that imports zod. */
export function spelledOutTypes(tsconfig: string): ReadonlyMap<string, string> {
  const api = new API({ cwd: join(tsconfig, '..') })
  try {
    const project = api.updateSnapshot({ openProjects: [tsconfig] }).getProject(tsconfig)
    if (project === undefined) throw new Error(`${tsconfig} cannot be opened`)
    const modules = new Map<string, string>()
    for (const path of project.rootFiles) {
      if (!/^import .* from 'zod(?:\/mini)?'$/m.test(readFileSync(path, 'utf8'))) continue
      modules.set(path, typesOf(project.program.getSourceFile(path)!, project.checker))
    }
    return modules
  } finally {
    api.close()
  }
}

function typesOf(file: SourceFile, checker: Checker): string {
  return file.statements.flatMap((statement) => typeIn(statement, file, checker)).join('\n')
}

function typeIn(statement: Statement, file: SourceFile, checker: Checker): readonly string[] {
  const text = file.text.slice(statement.pos, statement.end)
  if (isImportDeclaration(statement)) return text.includes('import type') ? [text] : []
  if (isInterfaceDeclaration(statement)) return [text]
  if (!isTypeAliasDeclaration(statement)) return []
  // What takes parameters is no one type, and is not made of schemas.
  return [statement.typeParameters === undefined ? spelledOut(statement, file, checker) : text]
}

function spelledOut(alias: TypeAliasDeclaration, file: SourceFile, checker: Checker): string {
  const { text: name } = alias.name
  const symbol = checker.getSymbolAtLocation(alias.name)
  if (symbol === undefined) throw new Error(`${file.fileName}: what is ${name}?`)
  const type = checker.typeToString(checker.getDeclaredTypeOfSymbol(symbol), alias, AS_WRITTEN_IN_AN_ALIAS)
  const exported = alias.modifiers?.some(({ kind }) => kind === SyntaxKind.ExportKeyword) === true
  return `${commentOf(alias, file) || commentOf(schemaNamed(name, file), file)}\n${exported ? 'export ' : ''}type ${name} = ${type}`
}

function schemaNamed(name: string, file: SourceFile): Statement | undefined {
  return file.statements.find(
    (statement) =>
      isVariableStatement(statement) && statement.declarationList.declarations.some((schema) => schema.name.getText() === name),
  )
}

/** The documentation right before a statement, and not that of its file. */
function commentOf(statement: Statement | undefined, file: SourceFile): string {
  if (statement === undefined) return ''
  return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(file.text.slice(statement.pos, statement.getStart()))?.[0].trim() ?? ''
}
