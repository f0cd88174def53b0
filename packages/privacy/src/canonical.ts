/**
 * One text per value, so that what is hashed or signed has one form: RFC 8785 (JSON Canonicalization Scheme).
 * Refuses what JSON would change or drop silently: undefined, NaN, infinities, −0, lone surrogates, class instances.
 */

export type Canonical = string | number | boolean | null | readonly Canonical[] | { readonly [name: string]: Canonical }

/**
 * The value's canonical JSON: members sorted by UTF-16 code units, no spaces, numbers as ECMAScript prints them.
 * Throws `RangeError` on a value without a JSON form of its own.
 */
export function canonicalText(value: Canonical): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'boolean':
      return String(value)
    case 'number':
      if (!Number.isFinite(value) || Object.is(value, -0))
        throw new RangeError(`canonicalText: ${value} has no JSON form`)
      return String(value)
    case 'object':
      return value === null ? 'null' : compound(value)
    default:
      throw new RangeError(`canonicalText: ${typeof value} has no JSON form`)
  }
}

function compound(value: readonly Canonical[] | { readonly [name: string]: Canonical }): string {
  if (isArray(value)) return `[${Array.from(value, canonicalText).join(',')}]`
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new RangeError('canonicalText: not a plain object')
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${quote(name)}:${canonicalText(value[name])}`).join(',')}}`
}

function isArray(value: unknown): value is readonly Canonical[] {
  return Array.isArray(value)
}

function quote(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError('canonicalText: lone surrogate')
  return JSON.stringify(text)
}
