import { type StrategyName, defaultsOf } from '@passerby/federation'
import { FederationSettings } from '@passerby/protocol'
import * as v from 'valibot'
import { type FormField, draftKey } from './form-field.ts'
import { allFields, fieldsOf } from './form-fields.ts'
import { strategyNames } from './strategy-fields.ts'

/** What stands in the form, by `draftKey`: text, or on and off of a switch. Strategies that are not chosen keep theirs. */
export type Draft = Readonly<Record<string, string | boolean>>

export type Drafted =
  | { readonly ok: true; readonly settings: FederationSettings }
  /** One sentence per field at fault, by the path of a field in the form. */
  | { readonly ok: false; readonly errors: ReadonlyMap<string, string> }

/** The settings that a form starts with: every default of the schema, and no name yet. */
export const defaultSettings: FederationSettings = {
  ...v.parse(FederationSettings, { name: 'unnamed' }),
  name: '',
}

export function draftOf(settings: FederationSettings): Draft {
  return Object.fromEntries(allFields.map((field) => [draftKey(field), shown(field, valueOf(field, settings))]))
}

/** The form as it starts. */
export const defaultDraft: Draft = draftOf(defaultSettings)

/** The strategy that is chosen in a form. */
export function strategyIn(draft: Draft): StrategyName {
  return strategyNames.find((name) => name === draft['strategy.name']) ?? defaultSettings.strategy.name
}

/** Reads a whole form. What the schema refuses is explained at the field to change. */
export function settingsOf(draft: Draft): Drafted {
  const fields = fieldsOf(strategyIn(draft))
  const settings: Record<string, unknown> = {}
  for (const field of fields) put(settings, field.path.split('.'), read(field, draft[draftKey(field)] ?? ''))
  const parsed = v.safeParse(FederationSettings, settings)
  if (parsed.success) return { ok: true, settings: parsed.output }
  const errors = new Map<string, string>()
  for (const issue of parsed.issues) {
    const field = fieldAt(v.getDotPath(issue) ?? '', fields)
    if (!errors.has(field.path)) errors.set(field.path, explain(issue, field, draft[draftKey(field)]))
  }
  return { ok: false, errors }
}

/** The default of a field, as a person reads it. */
export function defaultOf(field: FormField): string {
  return shownValue(field, defaultSettings)
}

/** What a field is set to, with its unit. */
export function shownValue(field: FormField, settings: FederationSettings): string {
  const value = shown(field, valueOf(field, settings))
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  const label = field.options?.find((option) => option.value === value)?.label ?? value
  return field.unit && label ? `${label} ${field.unit}` : label
}

/** What a field is set to. Settings of a strategy that is not chosen are as they start. */
export function valueOf({ path, of }: FormField, settings: FederationSettings): unknown {
  const chosen = of === undefined || of === settings.strategy.name
  return valueAt(chosen ? settings : { strategy: defaultsOf(of) }, path)
}

function shown(field: FormField, value: unknown): string | boolean {
  if (typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.join(', ')
  return String(field.kind === 'percent' ? Number((100 * Number(value)).toPrecision(12)) : value)
}

function read(field: FormField, text: string | boolean): unknown {
  if (typeof text === 'boolean') return text
  switch (field.kind) {
    case 'number':
      return numberIn(text)
    case 'percent':
      return numberIn(text) / 100
    case 'integers':
      return text
        .split(/[\s,;]+/)
        .filter(Boolean)
        .map(numberIn)
    case 'text':
    case 'lines':
    case 'switch':
    case 'choice':
      return text
  }
}

/** An empty text is no number, though `Number('')` is 0. */
function numberIn(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text.trim().replace(/^(\d*),(\d+)$/, '$1.$2'))
}

function explain(issue: v.BaseIssue<unknown>, field: FormField, text: string | boolean | undefined): string {
  const percent = field.kind === 'percent'
  const bound = (limit: unknown) => (percent ? `${Number((100 * Number(limit)).toPrecision(12))} %` : String(limit))
  switch (issue.type) {
    case 'number':
      return text === '' ? 'A number is needed.' : 'This is not a number.'
    case 'integer':
      return 'A whole number is needed.'
    case 'min_value':
      return `At least ${bound(issue.requirement)}.`
    case 'max_value':
      return `At most ${bound(issue.requirement)}.`
    case 'multiple_of':
      return `A multiple of ${bound(issue.requirement)}.`
    case 'max_length':
      return typeof issue.input === 'string'
        ? `At most ${bound(issue.requirement)} characters.`
        : `At most ${bound(issue.requirement)} of them.`
    default:
      return issue.message
  }
}

/** An issue about a whole group or one entry of a list belongs to the first field of that group, or to the list. */
function fieldAt(path: string, fields: readonly FormField[]): FormField {
  return (
    fields.find((one) => one.path === path) ??
    fields.find((one) => one.path.startsWith(`${path}.`) || path.startsWith(`${one.path}.`)) ??
    fields[0]
  )
}

function valueAt(of: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), of)
}

function put(into: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  if (key === undefined) return
  if (rest.length === 0) {
    into[key] = value
    return
  }
  const inner = (into[key] ??= {})
  put(inner as Record<string, unknown>, rest, value)
}
