/** Fields of a form, read off a valibot schema: titles, descriptions and `v.metadata({ unit, options })` are its words. */
import * as v from 'valibot'
import type { FieldGroup, FormField } from './form-field.ts'

/**
 * The settings of an object in its order, those of nested objects as groups after it. What is not a setting (a literal) is left out.
 * Throws `RangeError` for a type that the form has no control for.
 */
export function schemaGroups(schema: v.GenericSchema, path: string): readonly FieldGroup[] {
  const fields: FormField[] = []
  const inner: FieldGroup[] = []
  for (const [key, entry] of entriesOf(schema)) {
    const at = `${path}.${key}`
    const { type } = bareOf(entry)
    if (type === 'object') inner.push(...schemaGroups(entry, at))
    else if (type !== 'literal') fields.push(fieldOf(entry, at))
  }
  const title = wordOf(schema, v.getTitle)
  const sentence = wordOf(schema, v.getDescription)
  return [{ ...(title && { title }), ...(sentence && { sentence }), fields }, ...inner]
}

function fieldOf(schema: v.GenericSchema, path: string): FormField {
  const words = {
    path,
    label: wordOf(schema, v.getTitle) ?? path.slice(path.lastIndexOf('.') + 1),
    sentence: wordOf(schema, v.getDescription) ?? '',
  }
  const { unit, options: names } = wordsOf(schema)
  const bare = bareOf(schema)
  switch (bare.type) {
    case 'number':
      return { ...words, kind: 'number', ...(unit && { unit }) }
    case 'boolean':
      return { ...words, kind: 'switch' }
    case 'string':
      return { ...words, kind: 'text' }
    case 'picklist':
      return {
        ...words,
        kind: 'choice',
        options: bare.options.map((value) => ({ value, label: names[value] ?? value })),
      }
    default:
      throw new RangeError(`schemaGroups: ${path} is of type ${bare.type}, which the form cannot ask for yet`)
  }
}

interface Bare {
  readonly type: string
  /** Of a picklist. */
  readonly options: readonly string[]
  /** Of an object. */
  readonly entries: Readonly<Record<string, v.GenericSchema>>
}

/** The schema inside of pipes and defaults. */
function bareOf(schema: v.GenericSchema): Bare {
  const bare = layersOf(schema).at(-1) ?? schema
  return { options: [], entries: {}, ...(bare as object), type: bare.type }
}

function entriesOf(schema: v.GenericSchema): readonly (readonly [string, v.GenericSchema])[] {
  return Object.entries(bareOf(schema).entries)
}

/** The schema and what it is made from, outermost first. */
function layersOf(schema: v.GenericSchema): readonly v.GenericSchema[] {
  const inside = insideOf(schema)
  return inside ? [schema, ...layersOf(inside)] : [schema]
}

function insideOf(schema: v.GenericSchema): v.GenericSchema | undefined {
  if ('wrapped' in schema) return schema.wrapped as v.GenericSchema
  if ('pipe' in schema && Array.isArray(schema.pipe) && schema.pipe[0] !== schema)
    return schema.pipe[0] as v.GenericSchema
  return undefined
}

/** The outermost word counts. */
function wordOf(schema: v.GenericSchema, read: (of: v.GenericSchema) => string | undefined): string | undefined {
  for (const layer of layersOf(schema)) {
    const word = read(layer)
    if (word) return word
  }
  return undefined
}

function wordsOf(schema: v.GenericSchema): {
  readonly unit?: string
  readonly options: Readonly<Record<string, string>>
} {
  return Object.assign(
    { options: {} },
    ...layersOf(schema)
      .map((layer) => v.getMetadata(layer))
      .toReversed(),
  )
}
