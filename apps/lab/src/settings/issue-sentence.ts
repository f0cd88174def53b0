/** What a schema refuses, in words for whoever wrote the value. */
import type * as v from 'valibot'
import { nearest } from './nearest.ts'

/** `schema` is what was parsed by; it knows what might have been meant. */
export function issueSentence(issue: v.BaseIssue<unknown>, schema: unknown): string {
  const limit = String(issue.requirement)
  switch (issue.type) {
    case 'object':
    case 'strict_object':
      if (issue.expected === 'never') return strangerSentence(issue, schema)
      // A field that is missing is expected by its name.
      return issue.expected?.startsWith('"') ? 'is needed' : issue.message
    case 'picklist':
      return choiceSentence(issue)
    case 'number':
      return `a number is needed, not ${issue.received}`
    case 'integer':
      return `a whole number is needed, not ${issue.received}`
    case 'min_value':
      return `at least ${limit} is needed, not ${issue.received}`
    case 'max_value':
      return `at most ${limit} is possible, not ${issue.received}`
    case 'multiple_of':
      return `a multiple of ${limit} is needed, not ${issue.received}`
    default:
      return issue.message
  }
}

/** `expected` is `("off" | "flattened")`, as is what was received. */
function choiceSentence({ expected, received }: v.BaseIssue<unknown>): string {
  const choices = (expected ?? '').match(/[^"()| ]+/g) ?? []
  const meant = nearest(received.replaceAll('"', ''), choices)
  return `one of ${choices.join(', ')} is needed, not ${received}${meant === undefined ? '' : `: did you mean ${meant}?`}`
}

function strangerSentence({ path }: v.BaseIssue<unknown>, schema: unknown): string {
  const keys = (path ?? []).map(({ key }) => String(key))
  const name = keys.at(-1) ?? ''
  const known = keys.slice(0, -1).reduce(inside, schema)
  return unknownSentence(name, Object.keys(entriesOf(known)))
}

/** Of a name that is none of `known`. */
export function unknownSentence(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  return `there is no '${name}' here; ${meant === undefined ? `there are ${known.join(', ')}` : `did you mean ${meant}?`}`
}

/** The schema of a field or of a list's items. */
function inside(schema: unknown, key: string): unknown {
  const plain = unwrapped(schema)
  return field(plain, 'item') ?? field(entriesOf(plain), key)
}

function entriesOf(schema: unknown): object {
  const entries = field(unwrapped(schema), 'entries')
  return typeof entries === 'object' && entries !== null ? entries : {}
}

/** Without `optional`. */
function unwrapped(schema: unknown): unknown {
  const inner = field(schema, 'wrapped')
  return inner === undefined ? schema : unwrapped(inner)
}

function field(of: unknown, key: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, key) : undefined
}
