/** PyTorch checkpoints (.pth, .pt): the tensors of a state dict, bare or under a key of the checkpoint. No code is run. */
import type { ModelFile } from '../model-file.ts'
import { floatsOf, sizeOf, type Tensor } from '../tensors.ts'
import { type Archive, openArchive } from './archive.ts'
import type { Pickled } from './pickle.ts'
import { isTensorView, type Storage, type TensorView } from './vocabulary.ts'

/** Where training scripts put the state dict: torchreid's and others' `state_dict`, detectron's and timm's `model`. */
const STATE_DICT_KEYS = ['state_dict', 'model_state_dict', 'model', 'net']

/** Throws `RangeError` that says what is wrong with the file. */
export function readPytorch(file: Uint8Array): ModelFile {
  try {
    return readCheckpoint(file)
  } catch (cause) {
    throw new RangeError(`pytorch: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function readCheckpoint(file: Uint8Array): ModelFile {
  const archive = openArchive(file)
  const numbersOf = remembering(archive)
  const tensors: Tensor[] = []
  const leftOut: string[] = []
  let values = 0
  for (const [name, view] of stateDictOf(archive.value)) {
    if (typeof name !== 'string' || !isTensorView(view)) continue
    if (view.storage.type === undefined) {
      leftOut.push(name)
      continue
    }
    values += sizeOf(view.shape, `'${name}'`)
    // Views may share or repeat their storage; a state dict's hardly do.
    if (values > file.length)
      throw new RangeError(`up to '${name}' its tensors have more values than the file has bytes`)
    tensors.push({ name, shape: view.shape, values: gathered(name, view, numbersOf(view.storage)) })
  }
  return { format: 'pytorch', tensors, leftOut, metadata: new Map() }
}

function stateDictOf(value: Pickled): Map<Pickled, Pickled> {
  if (!(value instanceof Map))
    throw new RangeError('it holds no state dict: torch.save(model.state_dict(), file) writes one')
  const candidates = [value, ...STATE_DICT_KEYS.map((key) => value.get(key))]
  for (const candidate of candidates) {
    if (candidate instanceof Map && [...candidate.values()].some(isTensorView)) return candidate
  }
  const keys = [...value.keys()].filter((key) => typeof key === 'string').slice(0, 8)
  throw new RangeError(`it holds no tensors by name, but ${keys.length === 0 ? 'nothing' : keys.join(', ')}`)
}

/** A storage's numbers, converted once. */
function remembering(archive: Archive): (storage: Storage) => Float32Array {
  const held = new Map<string, Float32Array>()
  return (storage) => {
    const known = held.get(storage.key)
    const numbers = known ?? floatsOf(archive.storage(storage), storage.type ?? 'F32')
    if (!known) held.set(storage.key, numbers)
    return numbers
  }
}

/** A view's values row by row. Throws `RangeError` where it reaches beyond its storage. */
function gathered(name: string, { shape, strides, offset }: TensorView, numbers: Float32Array): Float32Array {
  const values = new Float32Array(sizeOf(shape, `'${name}'`))
  if (values.length === 0) return values
  const last = shape.reduce((sum, dimension, axis) => sum + (dimension - 1) * strides[axis], offset)
  if (last >= numbers.length) throw new RangeError(`'${name}' reaches beyond its storage`)
  const index = shape.map(() => 0)
  let from = offset
  for (let to = 0; to < values.length; to++) {
    values[to] = numbers[from]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]
      if (++index[axis] < shape[axis]) break
      from -= shape[axis] * strides[axis]
      index[axis] = 0
    }
  }
  return values
}
