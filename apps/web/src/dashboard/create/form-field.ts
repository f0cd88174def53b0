import type { StrategyName } from '@passerby/federation'

export interface FormField {
  /** Dot path in `FederationSettings`. */
  readonly path: string
  readonly label: string
  /** One sentence: what it does, or when to change it. */
  readonly sentence: string
  /** How its text becomes a value. `percent` is a fraction in the settings, 0 to 100 in the form. */
  readonly kind: 'text' | 'lines' | 'number' | 'percent' | 'integers' | 'switch' | 'choice'
  readonly unit?: string
  /** Of a `choice`. */
  readonly options?: readonly { readonly value: string; readonly label: string }[]
  /** Seldom changed: folded away under this title, with all others of it. */
  readonly fold?: Fold
  /** Takes the whole width of its section. */
  readonly wide?: true
  /** A setting of this strategy alone. */
  readonly of?: StrategyName
}

export const folds = ['Optimiser and schedule', 'Losses and batches', 'Augmentation', 'Network'] as const
export type Fold = (typeof folds)[number]

/** Fields that belong together, under a heading where they have one. */
export interface FieldGroup {
  readonly title?: string
  readonly sentence?: string
  readonly fields: readonly FormField[]
}

/** Where a field's text stands in a draft: two strategies may have settings of one path. */
export function draftKey({ path, of }: Pick<FormField, 'path' | 'of'>): string {
  return of ? `${of}/${path}` : path
}

/** The fields of a group that mean something: none but the first where that switches the group off. */
export function askedFields(
  { title, fields }: FieldGroup,
  valueOf: (field: FormField) => unknown,
): FieldGroup['fields'] {
  const first = fields.at(0)
  return title && first?.kind === 'choice' && valueOf(first) === 'off' ? [first] : fields
}
