/**
 * Pickles as a description of what they hold. Nothing is imported and nothing is run: a global is a name, a call of one
 * is looked up in the caller's `Vocabulary`, and a name that is not there refuses the file.
 */
import type { ByteReader } from './bytes.ts'

/** Lists and tuples are arrays, dictionaries maps. What a vocabulary makes is told from these by being a `Made`. */
export type Pickled = null | boolean | number | string | Uint8Array | Pickled[] | Map<Pickled, Pickled> | Made

/** Anything that a vocabulary makes, and names themselves. */
export interface Made {
  readonly kind: string
}

export interface Name extends Made {
  readonly kind: 'name'
  /** Module and name, `torch._utils._rebuild_tensor_v2`. */
  readonly name: string
}

export interface Vocabulary {
  /** Whether a name may occur. */
  knows(name: string): boolean
  /** What a call of a known name gives. */
  call(name: string, args: readonly Pickled[]): Pickled
  /** What stands outside of the pickle under an id. */
  persistent(id: Pickled): Pickled
}

/** Longest integer: what is longer is no count. */
const LONGEST_INTEGER_BYTES = 16

/** Reads one pickle, up to its end. Throws `RangeError` for what a file of tensors has no need of. */
export function unpickle(reader: ByteReader, vocabulary: Vocabulary): Pickled {
  const stack: Pickled[] = []
  const marks: number[] = []
  const memo = new Map<number, Pickled>()
  const pop = (): Pickled => {
    const value = stack.length > (marks.at(-1) ?? 0) ? stack.pop() : undefined
    if (value === undefined) throw new RangeError('the pickle takes more than there is')
    return value
  }
  const top = (): Pickled => {
    const value = pop()
    stack.push(value)
    return value
  }
  const sinceMark = (): Pickled[] => {
    const mark = marks.pop()
    if (mark === undefined) throw new RangeError('the pickle takes more than there is')
    return stack.splice(mark)
  }
  const recall = (index: number) => {
    const value = memo.get(index)
    if (value === undefined) throw new RangeError('the pickle recalls what it never kept')
    stack.push(value)
  }
  const last = (count: number) => Array.from({ length: count }, pop).reverse()
  const pushName = (module: string, name: string) => {
    const full = `${module}.${name}`
    if (!vocabulary.knows(full)) throw unknownName(full)
    const made: Name = { kind: 'name', name: full }
    stack.push(made)
  }
  const operations: Readonly<Record<number, () => void>> = {
    [op('\x80')]: () => reader.unsigned(1), // PROTO
    [op('\x95')]: () => reader.unsigned(8), // FRAME
    [op('(')]: () => marks.push(stack.length),
    [op('0')]: () => pop(),
    [op('N')]: () => stack.push(null),
    [op('\x88')]: () => stack.push(true),
    [op('\x89')]: () => stack.push(false),
    [op('J')]: () => stack.push(reader.signed32()),
    [op('K')]: () => stack.push(reader.unsigned(1)),
    [op('M')]: () => stack.push(reader.unsigned(2)),
    [op('\x8a')]: () => stack.push(integerOf(reader.take(reader.unsigned(1)))),
    [op('G')]: () => stack.push(reader.double()),
    [op('X')]: () => stack.push(reader.text(reader.unsigned(4))),
    [op('\x8c')]: () => stack.push(reader.text(reader.unsigned(1))),
    [op('\x8d')]: () => stack.push(reader.text(reader.unsigned(8))),
    [op('U')]: () => stack.push(reader.text(reader.unsigned(1))),
    [op('T')]: () => stack.push(reader.text(reader.unsigned(4))),
    [op('C')]: () => stack.push(reader.take(reader.unsigned(1))),
    [op('B')]: () => stack.push(reader.take(reader.unsigned(4))),
    [op(')')]: () => stack.push([]),
    [op(']')]: () => stack.push([]),
    [op('}')]: () => stack.push(new Map()),
    [op('t')]: () => stack.push(sinceMark()),
    [op('l')]: () => stack.push(sinceMark()),
    [op('d')]: () => stack.push(dictionaryOf(sinceMark())),
    [op('\x85')]: () => stack.push(last(1)),
    [op('\x86')]: () => stack.push(last(2)),
    [op('\x87')]: () => stack.push(last(3)),
    [op('a')]: () => {
      const [item] = last(1)
      listOf(top()).push(item)
    },
    [op('e')]: () => {
      const items = sinceMark()
      const list = listOf(top())
      for (const item of items) list.push(item)
    },
    [op('s')]: () => {
      const pair = last(2)
      setPairs(mapOf(top()), pair)
    },
    [op('u')]: () => {
      const pairs = sinceMark()
      setPairs(mapOf(top()), pairs)
    },
    [op('q')]: () => memo.set(reader.unsigned(1), top()),
    [op('r')]: () => memo.set(reader.unsigned(4), top()),
    [op('\x94')]: () => memo.set(memo.size, top()),
    [op('h')]: () => recall(reader.unsigned(1)),
    [op('j')]: () => recall(reader.unsigned(4)),
    [op('c')]: () => pushName(reader.line(), reader.line()),
    [op('\x93')]: () => {
      const [module, name] = last(2)
      if (typeof module !== 'string' || typeof name !== 'string')
        throw new RangeError('the pickle names what is no name')
      pushName(module, name)
    },
    [op('Q')]: () => stack.push(vocabulary.persistent(pop())),
    // REDUCE: a call, which is looked up.
    [op('R')]: () => {
      const [callee, args] = last(2)
      if (!isMade(callee) || !isName(callee) || !Array.isArray(args))
        throw new RangeError('the pickle calls what is no name')
      stack.push(vocabulary.call(callee.name, args))
    },
    // BUILD: attributes beside the contents (`_metadata` of a state dict) are not needed.
    [op('b')]: () => pop(),
  }
  while (true) {
    const code = reader.unsigned(1)
    if (code === op('.')) return pop()
    const operation = operations[code]
    if (!operation) throw new RangeError(`the pickle uses operation 0x${code.toString(16)}, which no state dict needs`)
    operation()
  }
}

export function isMade(value: Pickled | undefined): value is Made {
  return typeof value === 'object' && value !== null && 'kind' in value
}

export function isName(made: Made): made is Name {
  return made.kind === 'name'
}

function unknownName(name: string): RangeError {
  return new RangeError(
    `it holds '${name}', which is not rebuilt here: save the state dict alone, torch.save(model.state_dict(), file)`,
  )
}

/** Code of an operation, which pickles name by a character. */
function op(character: string): number {
  return character.charCodeAt(0)
}

/** Little-endian two's complement of any length. */
function integerOf(bytes: Uint8Array): number {
  if (bytes.length > LONGEST_INTEGER_BYTES) throw new RangeError('the pickle holds an integer that no state dict needs')
  const value = bytes.reduceRight((value, byte) => value * 256 + byte, 0)
  return bytes.length > 0 && bytes[bytes.length - 1] >= 0x80 ? value - 256 ** bytes.length : value
}

function listOf(value: Pickled): Pickled[] {
  if (Array.isArray(value)) return value
  throw new RangeError('the pickle appends to what is no list')
}

function mapOf(value: Pickled): Map<Pickled, Pickled> {
  if (value instanceof Map) return value
  throw new RangeError('the pickle sets an item of what is no dictionary')
}

function dictionaryOf(items: readonly Pickled[]): Map<Pickled, Pickled> {
  const map = new Map<Pickled, Pickled>()
  setPairs(map, items)
  return map
}

function setPairs(map: Map<Pickled, Pickled>, items: readonly Pickled[]): void {
  if (items.length % 2 !== 0) throw new RangeError('the pickle sets a key without a value')
  for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1])
}
