/** What of a file does not fit a backbone. */
export interface Misfits {
  /** Parameters that the file does not have. */
  readonly missing: readonly string[]
  /** Tensors that the backbone does not have. */
  readonly unexpected: readonly string[]
  readonly shapes: readonly WrongShape[]
  /** Where a graph stops being the backbone's. */
  readonly broken?: string
}

export interface WrongShape {
  readonly parameter: string
  /** The tensor's name in the file. */
  readonly tensor: string
  /** As the file's layout would have it. */
  readonly expected: readonly number[]
  readonly found: readonly number[]
}

/** Names that a line shows of a list. */
const SHOWN = 5

/** True when nothing is missing, too much, or of another shape. */
export function fitsWhole({ missing, unexpected, shapes, broken }: Misfits): boolean {
  return missing.length + unexpected.length + shapes.length === 0 && broken === undefined
}

/** Lines for a person; long lists are cut. */
export function describeMisfits({ missing, unexpected, shapes, broken }: Misfits): readonly string[] {
  return [
    ...(broken === undefined ? [] : [broken]),
    ...listed('missing in the file', missing),
    ...listed('unknown to the backbone', unexpected),
    ...listed(
      'of another shape',
      shapes.map(
        ({ parameter, tensor, expected, found }) =>
          `${parameter}${tensor === parameter ? '' : ` (${tensor})`}: ${shown(expected)} here, ${shown(found)} in the file`,
      ),
    ),
  ]
}

function listed(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return [`${names.length} ${what}: ${names.slice(0, SHOWN).join(', ')}${more}`]
}

function shown(shape: readonly number[]): string {
  return shape.length === 0 ? 'a scalar' : shape.join('×')
}
