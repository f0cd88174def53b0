/**
 * Filename patterns: where a path says who and which camera.
 *
 * `{identity}` and `{camera}` are read, `*` (or `{*}`) is anything, the rest is literal; none of them crosses a `/`.
 * A pattern is matched against the end of a path, so that it does not matter from how high up files were dropped.
 * Each placeholder takes as few characters as it can; capitals do not matter in literals.
 */

/** What a path says of its image. */
export interface Reading {
  readonly identity: string
  readonly camera: string
}

export interface Pattern {
  /** What to call it on a page. */
  readonly name: string
  /** How it is written; for a built-in pattern, how its names look. */
  readonly syntax: string
  /** `undefined` when the path does not fit. */
  read(path: string): Reading | undefined
}

/** Camera of images whose pattern names none. */
export const ONLY_CAMERA = 'camera'

const MAX_PLACEHOLDERS = 8

/** A pattern, or what is wrong with it in words for its writer. */
export type PatternResult =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly problem: string }

/** Reads a pattern as a user writes it, e.g. `{identity}/{camera}_*.png`. */
export function parsePattern(syntax: string, name = 'Own pattern'): PatternResult {
  const written = syntax.trim().replaceAll('\\', '/').replace(/^\/+/, '')
  if (written === '') return wrong('The pattern is empty. Try {identity}/{camera}_*')
  const tokens = written.match(/\{[^{}]*\}|\*|\/|[^{}*/]+|[{}]/g) ?? []
  let expression = ''
  let before = ''
  const seen = new Set<string>()
  for (const token of tokens) {
    const placeholder = token === '*' ? '*' : /^\{(.*)\}$/.exec(token)?.[1].trim()
    if (placeholder === undefined) {
      if (token === '{' || token === '}') return wrong(`A brace stands alone: write {identity}, {camera} or {*}.`)
      expression += token.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      before = ''
      continue
    }
    if (placeholder !== '*' && placeholder !== 'identity' && placeholder !== 'camera')
      return wrong(`{${placeholder}} means nothing here: use {identity}, {camera} or {*}.`)
    if (before !== '')
      return wrong(`${before}${token}: between two placeholders must stand a character that ends the first.`)
    if (placeholder !== '*' && seen.has(placeholder)) return wrong(`{${placeholder}} stands twice.`)
    if (placeholder !== '*') seen.add(placeholder)
    expression += placeholder === '*' ? '[^/]*?' : `(?<${placeholder}>[^/]+?)`
    before = token
  }
  if (!seen.has('identity')) return wrong('The pattern needs {identity}: without it nothing can be learnt.')
  if ((expression.match(/\?/g) ?? []).length > MAX_PLACEHOLDERS * 2)
    return wrong('The pattern has too many placeholders.')
  const matcher = new RegExp(`(?:^|/)${expression}$`, 'i')
  const read = (path: string): Reading | undefined => {
    const groups = matcher.exec(path)?.groups
    return groups && { identity: groups['identity'], camera: groups['camera'] ?? ONLY_CAMERA }
  }
  return { ok: true, pattern: { name, syntax: written, read } }
}

const wrong = (problem: string): PatternResult => ({ ok: false, problem })
