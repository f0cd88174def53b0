import { FederationSettings } from '@passerby/protocol'
import * as v from 'valibot'
import type { FormField } from './form-field.ts'
import { allFields } from './form-fields.ts'

/** What stands in the form, by path: text, or on and off of a switch. */
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
  return Object.fromEntries(allFields.map((field) => [field.path, shown(field, valueAt(settings, field.path))]))
}

/** The form as it starts. */
export const defaultDraft: Draft = draftOf(defaultSettings)

/** Reads a whole form. What the schema refuses is explained at the field to change. */
export function settingsOf(draft: Draft): Drafted {
  const settings: Record<string, unknown> = { strategy: { name: defaultSettings.strategy.name } }
  for (const field of allFields) put(settings, field.path.split('.'), read(field, draft[field.path] ?? ''))
  const parsed = v.safeParse(FederationSettings, settings)
  if (parsed.success) return { ok: true, settings: parsed.output }
  const errors = new Map<string, string>()
  for (const issue of parsed.issues) {
    const path = fieldOf(v.getDotPath(issue) ?? '')
    if (!errors.has(path)) errors.set(path, explain(issue, draft[path]))
  }
  return { ok: false, errors }
}

/** The default of a field, as a person reads it. */
export function defaultOf(field: FormField): string {
  return shownValue(field, defaultSettings)
}

/** What a field is set to, with its unit. */
export function shownValue(field: FormField, settings: FederationSettings): string {
  const value = shown(field, valueAt(settings, field.path))
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  const label = field.options?.find((option) => option.value === value)?.label ?? value
  return field.unit && label ? `${label} ${field.unit}` : label
}

/** A larger rate is hardly meant for Adam. */
const ADAM_RATE = 0.01

/** Settings that are allowed and yet hardly meant, by path. */
export function adviceOn({ rounds, cohort, local }: FederationSettings): ReadonlyMap<string, string> {
  const advice = new Map<string, string>()
  const never = local.schedule.milestones.filter((round) => round > rounds)
  if (never.length > 0)
    advice.set(
      'local.schedule.milestones',
      `Round ${never.join(', ')} comes after the last, ${rounds}: nothing would happen then.`,
    )
  if (local.schedule.warmUp >= rounds)
    advice.set('local.schedule.warmUp', `The rates would rise until the last round, ${rounds}, and never go down.`)
  if (local.optimiser === 'adam' && local.backboneRate > ADAM_RATE)
    advice.set('local.backboneRate', `Adam’s steps are as long as the rate itself: 0.0003 is usual.`)
  if (local.loss.triplet > 0 && local.loss.identity === 0)
    advice.set(
      'local.loss.triplet',
      'Without the identity loss and at high rates, all embeddings may fall into one point: watch that the loss does not stay at the margin.',
    )
  if (cohort.graceSeconds >= cohort.deadlineSeconds)
    advice.set('cohort.graceSeconds', 'As long as the whole round: a lost client holds it up until its end.')
  if (cohort.minClients === 1)
    advice.set('cohort.minClients', 'With one client the new model is that client’s own update, unmixed.')
  if (local.validation === 0)
    advice.set('local.validation', 'Nobody measures anything: there will be no rank-1 and no mAP.')
  return advice
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

function explain(issue: v.BaseIssue<unknown>, text: string | boolean | undefined): string {
  const percent = allFields.find(({ path }) => path === v.getDotPath(issue))?.kind === 'percent'
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
function fieldOf(path: string): string {
  const field =
    allFields.find((one) => one.path === path) ??
    allFields.find((one) => one.path.startsWith(`${path}.`) || path.startsWith(`${one.path}.`))
  return field?.path ?? path
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
