/** `--set path=value`: any setting by its path in protocol's `FederationSettings`, so that every one of them has a flag. */
import { strategies } from '@passerby/federation'
import { FederationSettings } from '@passerby/protocol'
import { InvalidArgumentError } from 'commander'
import * as v from 'valibot'
import { nearest } from './nearest.ts'

/** Values by dot path, the last of each path. */
export type ChosenSettings = ReadonlyMap<string, unknown>

/** Every setting, of every strategy too, with its default: what a value for it looks like. */
const defaults: ChosenSettings = new Map([
  ...leaves(v.parse(FederationSettings, { name: 'defaults' })),
  ...Object.entries(strategies).flatMap(([name, { settings }]) => leaves(v.parse(settings, { name }), ['strategy'])),
])

/**
 * Reads one `path=value` after others: numbers, `on` or `off`, lists as in `28,36`. Throws commander's
 * `InvalidArgumentError` for a path that there is not, or a value of another kind. Bounds are the schema's to check.
 */
export function chosenSetting(text: string, before: ChosenSettings = new Map()): ChosenSettings {
  const [, path = text, value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (!defaults.has(path)) throw new InvalidArgumentError(unknownPath(path))
  return new Map([...before, [path, valueLike(defaults.get(path), value)]])
}

function unknownPath(path: string): string {
  const known = [...defaults.keys()]
  const meant = known.find((other) => path.startsWith(`${other}.`)) ?? nearest(path, known)
  if (meant !== undefined) return `There is no '${path}'; did you mean ${meant}?`
  const parent = path.split('.').slice(0, -1)
  const near = [path, parent.join('.')].map((group) => known.filter((other) => other.startsWith(`${group}.`)))
  const shown = near.find((some) => some.length > 0) ?? known
  return `One of these is needed, as in local.dropout=0.5: ${shown.join(', ')}.`
}

/** Strategies that have the setting of this path. */
export function strategiesWith(path: string): readonly string[] {
  return Object.entries(strategies)
    .filter(([name, { settings }]) => leaves(v.parse(settings, { name }), ['strategy']).some(([leaf]) => leaf === path))
    .map(([name]) => name)
}

/** What was chosen that `settings` have no place for: settings of a strategy that is not theirs. */
export function strangers(settings: object, chosen: ChosenSettings): readonly string[] {
  const known = new Map(leaves(settings))
  return [...chosen.keys()].filter((path) => !known.has(path))
}

/** `settings` with what was chosen in place of what is there. */
export function withChosen(settings: object, chosen: ChosenSettings): object {
  const changed: Record<string, unknown> = structuredClone({ ...settings })
  for (const [path, value] of chosen) put(changed, path.split('.'), value)
  return changed
}

function valueLike(example: unknown, text: string): unknown {
  if (typeof example === 'number') return numberIn(text)
  if (Array.isArray(example)) return text === '' ? [] : text.split(',').map(numberIn)
  if (typeof example !== 'boolean') return text
  if (text === 'on' || text === 'true') return true
  if (text === 'off' || text === 'false') return false
  throw new InvalidArgumentError(`On or off is needed, not '${text}'.`)
}

function numberIn(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError(`A number is needed, not '${text}'.`)
  return value
}

function leaves(value: unknown, path: readonly string[] = []): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path.join('.'), value]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
}

function put(into: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[key] = value
    return
  }
  const inner = into[key]
  const next: Record<string, unknown> = typeof inner === 'object' && inner !== null ? { ...inner } : {}
  into[key] = next
  put(next, rest, value)
}
