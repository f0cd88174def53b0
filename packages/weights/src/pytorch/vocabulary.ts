/** The few names of Python that a PyTorch checkpoint of tensors needs, and what they stand for here. */
import type { NumberType } from '../tensors.ts'
import { isMade, isName, type Made, type Pickled, type Vocabulary } from './pickle.ts'

/** Numbers under a key, elsewhere in the file. */
export interface Storage extends Made {
  readonly kind: 'storage'
  readonly key: string
  /** Undefined where they are not floating-point. */
  readonly type: NumberType | undefined
  readonly bytesPerValue: number
  /** In values. */
  readonly length: number
}

/** A view of a storage; offset and strides are in values. */
export interface TensorView extends Made {
  readonly kind: 'tensor'
  readonly storage: Storage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

const STORAGES: ReadonlyMap<string, Pick<Storage, 'type' | 'bytesPerValue'>> = new Map([
  ['torch.FloatStorage', { type: 'F32', bytesPerValue: 4 }],
  ['torch.DoubleStorage', { type: 'F64', bytesPerValue: 8 }],
  ['torch.HalfStorage', { type: 'F16', bytesPerValue: 2 }],
  ['torch.BFloat16Storage', { type: 'BF16', bytesPerValue: 2 }],
  ['torch.LongStorage', { type: undefined, bytesPerValue: 8 }],
  ['torch.IntStorage', { type: undefined, bytesPerValue: 4 }],
  ['torch.ShortStorage', { type: undefined, bytesPerValue: 2 }],
  ['torch.CharStorage', { type: undefined, bytesPerValue: 1 }],
  ['torch.ByteStorage', { type: undefined, bytesPerValue: 1 }],
  ['torch.BoolStorage', { type: undefined, bytesPerValue: 1 }],
])

/** Something that occurs beside tensors (a rank-1 as a NumPy scalar in torchreid's checkpoints) and is not looked into. */
const OPAQUE: Made = { kind: 'opaque' }

type Call = (args: readonly Pickled[]) => Pickled

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['collections.OrderedDict', ([pairs]) => dictionary(pairs)],
  ['torch._utils._rebuild_tensor', tensorView],
  ['torch._utils._rebuild_tensor_v2', tensorView],
  ['torch._utils._rebuild_parameter', ([tensor = null]) => tensor],
  ['torch.Size', ([sizes = null]) => sizes],
  ['numpy.core.multiarray.scalar', () => OPAQUE],
  ['numpy._core.multiarray.scalar', () => OPAQUE],
  ['numpy.dtype', () => OPAQUE],
  ['_codecs.encode', () => OPAQUE],
])

interface TorchVocabulary extends Vocabulary {
  persistent(id: Pickled): Storage
}

export const torchVocabulary: TorchVocabulary = {
  knows: (name) => CALLS.has(name) || STORAGES.has(name),
  call(name, args) {
    const make = CALLS.get(name)
    if (!make) throw new RangeError(`the pickle calls '${name}', which is a type of numbers`)
    return make(args)
  },
  persistent(id) {
    const [what, type, key, , length, view] = Array.isArray(id) ? id : []
    const numbers = isMade(type) && isName(type) ? STORAGES.get(type.name) : undefined
    if (what !== 'storage' || !numbers || typeof key !== 'string' || !isCount(length))
      throw new RangeError('a storage is not described as PyTorch does')
    if (view !== undefined && view !== null)
      throw new RangeError('it was saved by PyTorch before 0.4: save it again by a newer one')
    const storage: Storage = { kind: 'storage', key, length, ...numbers }
    return storage
  },
}

export function isTensorView(value: Pickled): value is TensorView {
  return isMade(value) && value.kind === 'tensor'
}

function tensorView([storage, offset, shape, strides]: readonly Pickled[]): TensorView {
  if (
    isMade(storage) &&
    isStorage(storage) &&
    isCount(offset) &&
    isCounts(shape) &&
    isCounts(strides) &&
    shape.length === strides.length
  )
    return { kind: 'tensor', storage, offset, shape, strides }
  throw new RangeError('a tensor is not described as PyTorch does')
}

function isStorage(made: Made): made is Storage {
  return made.kind === 'storage'
}

function dictionary(pairs: Pickled | undefined): Map<Pickled, Pickled> {
  const map = new Map<Pickled, Pickled>()
  for (const pair of Array.isArray(pairs) ? pairs : []) if (Array.isArray(pair)) map.set(pair[0], pair[1])
  return map
}

function isCount(value: Pickled | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isCounts(value: Pickled | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount)
}
