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
}

export const folds = ['Optimiser and schedule', 'Losses and batches', 'Augmentation', 'Network'] as const
export type Fold = (typeof folds)[number]
