import { backboneByName, drawBackbone, IMAGES, initialise, parametersOf } from '@passerby/backbones'
import { expect, test } from 'vitest'
import { floats, type Python, tensor, zipCheckpoint } from '../../test/checkpoints.ts'
import { heldParameters } from '../flat-parameters.ts'
import { describeMisfits, fitsWhole, type ModelFile, pytorchParams, readModelFile, type Tensor } from '../index.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import { importParameters } from './import.ts'

function safetensors(tensors: readonly Tensor[]): ModelFile {
  return { format: 'safetensors', tensors, leftOut: [], metadata: new Map() }
}

function tensorOf(name: string, shape: readonly number[], ...values: readonly number[]): Tensor {
  return { name, shape, values: Float32Array.from(values) }
}

/** The parameters as tensors of a file in PyTorch's layout. */
function asPytorch(backbone: ReturnType<typeof backboneByName>, flat: Float32Array): readonly Tensor[] {
  const { layout, values } = pytorchParams(backbone, flat)
  const held = heldParameters(backbone, values)
  return layout.map(({ name, shape }, index) => ({ name, shape, values: held[index].values }))
}

const tiny = backboneByName('tiny', 8)
const drawn = initialise(tiny, 1)
const others = initialise(tiny, 2)

test("a state dict fits by names in PyTorch's layout, with or without DataParallel's prefix and counters", () => {
  const tensors = asPytorch(tiny, others)
  expect(importParameters(tiny, safetensors(tensors), drawn)).toMatchObject({ values: others, taken: tensors.length })
  const parallel = [...tensors, tensorOf('conv1.bn.num_batches_tracked', [], 9)].map((one) => ({
    ...one,
    name: `module.${one.name}`,
  }))
  const found = importParameters(tiny, { ...safetensors(parallel), format: 'pytorch' }, drawn)
  expect(found.values).toEqual(others)
  expect(fitsWhole(found.misfits)).toBe(true)
})

test('a checkpoint of PyTorch gives the same parameters', () => {
  const tensors = asPytorch(tiny, others)
  const storages = tensors.map(({ values }, index) => floats(String(index), ...values))
  const views = tensors.map(({ name, shape }, index): [string, Python] => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, side) => size * side, 1))
    return [name, tensor(storages[index], { shape, strides })]
  })
  const file = readModelFile(zipCheckpoint(new Map([['state_dict', new Map(views)]]), storages))
  expect(importParameters(tiny, file, drawn)).toMatchObject({ values: others, taken: tensors.length })
})

test('our own layout is told from it, also where shapes could be both', () => {
  const ours = heldParameters(tiny, others).map(({ parameter: { name, shape }, values }) => ({ name, shape, values }))
  expect(importParameters(tiny, safetensors(ours), drawn).values).toEqual(others)
})

test('a kernel [out, in, height, width] becomes [height, width, in, out], a matrix is transposed', () => {
  const backbone = drawBackbone('x', (graph) => {
    const conv = graph.conv('conv', IMAGES, { channels: 2 })
    graph.linear('fc', graph.globalAveragePool('mean', conv), 3)
  })
  const file = safetensors([
    tensorOf('conv.weight', [2, 3, 1, 1], 1, 2, 3, 4, 5, 6),
    tensorOf('fc.weight', [3, 2], 1, 2, 3, 4, 5, 6),
    tensorOf('fc.bias', [3], 7, 8, 9),
  ])
  const { values } = importParameters(backbone, file, new Float32Array(15))
  expect([...values]).toEqual([1, 4, 2, 5, 3, 6, 1, 3, 5, 2, 4, 6, 7, 8, 9])
})

test('what does not fit is listed, and the rest stays as it was', () => {
  const [first, second, ...rest] = asPytorch(tiny, others)
  const file = safetensors([{ ...first, shape: [4, 3, 3, 3] }, ...rest, tensorOf('classifier.weight', [2, 8])])
  const { values, taken, misfits } = importParameters(tiny, file, drawn)
  expect(taken).toBe(rest.length)
  expect(misfits).toEqual({
    missing: [second.name],
    unexpected: ['classifier.weight'],
    shapes: [{ parameter: first.name, tensor: first.name, expected: [8, 3, 3, 3], found: [4, 3, 3, 3] }],
  })
  expect(describeMisfits(misfits)).toEqual([
    '1 missing in the file: conv1.bn.weight',
    '1 unknown to the backbone: classifier.weight',
    '1 of another shape: conv1.conv.weight: 8×3×3×3 here, 4×3×3×3 in the file',
  ])
  expect(values.subarray(0, 216)).toEqual(drawn.subarray(0, 216))
  expect(values.subarray(-16)).toEqual(others.subarray(-16))
})

test('long lists are cut', () => {
  const { misfits } = importParameters(tiny, safetensors([]), drawn)
  const total = parametersOf(tiny).length
  expect(describeMisfits(misfits)).toEqual([
    expect.stringMatching(`^${total} missing in the file: .* and ${total - 5} more$`),
  ])
})

/** One convolution with a batch norm, and a graph that has both, or one of them. */
const normalised = drawBackbone('normalised', (graph) => {
  graph.globalAveragePool('mean', graph.batchNorm('bn', graph.conv('conv', IMAGES, { channels: 1 })))
})

function alongConvolution(tensors: readonly Tensor[], ...nodes: readonly Omit<OnnxNode, 'attributes'>[]) {
  const graph = {
    nodes: nodes.map((node) => ({ ...node, attributes: new Map<string, number>() })),
    inputs: ['x'],
    outputs: [],
    opset: 17,
  }
  const file: ModelFile = { format: 'onnx', tensors, leftOut: [], metadata: new Map(), graph }
  return importParameters(normalised, file, new Float32Array(7))
}

const kernel = tensorOf('k', [1, 3, 1, 1], 1, 2, 3)
const mean = { op: 'GlobalAveragePool', inputs: ['y'], outputs: ['z'] }

test('a batch norm folded into its convolution becomes one that only adds', () => {
  const folded = { op: 'Conv', inputs: ['x', 'k', 'b'], outputs: ['y'] }
  const { values, misfits } = alongConvolution([kernel, tensorOf('b', [1], 4)], folded, mean)
  expect(fitsWhole(misfits)).toBe(true)
  expect(values).toEqual(Float32Array.of(1, 2, 3, 1, 4, 0, 1 - 1e-5))
})

test('a tensor that stands for several equal ones is found by each name', () => {
  const { misfits, values } = alongConvolution(
    [kernel, tensorOf('one', [1], 1)],
    { op: 'Identity', inputs: ['one'], outputs: ['same'] },
    { op: 'Conv', inputs: ['x', 'k'], outputs: ['w'] },
    { op: 'BatchNormalization', inputs: ['w', 'one', 'same', 'one', 'same'], outputs: ['y'] },
    mean,
  )
  expect(fitsWhole(misfits)).toBe(true)
  expect([...values]).toEqual([1, 2, 3, 1, 1, 1, 1])
})

test('a bias before a batch norm goes off its mean', () => {
  const norms = ['g', 'h', 'm', 'v'].map((name, index) => tensorOf(name, [1], 10 + index))
  const { values, misfits } = alongConvolution(
    [kernel, tensorOf('b', [1], 4), ...norms],
    { op: 'Conv', inputs: ['x', 'k', 'b'], outputs: ['w'] },
    { op: 'BatchNormalization', inputs: ['w', 'g', 'h', 'm', 'v'], outputs: ['y'] },
    mean,
  )
  expect(fitsWhole(misfits)).toBe(true)
  expect([...values]).toEqual([1, 2, 3, 10, 11, 12 - 4, 13])
})

test('a graph that goes another way is told where', () => {
  const { misfits } = alongConvolution([kernel], { op: 'Conv', inputs: ['x', 'k'], outputs: ['y'] }, mean)
  expect(describeMisfits(misfits)[0]).toBe("the file's graph has nothing for 'bn' (batchNorm) after 'y'")
})

test("Keras' layers see our images as they saw theirs", () => {
  const file = safetensors([
    tensorOf('conv/kernel', [1, 1, 3, 1], 0.5, -2, 1.5),
    tensorOf('bn/gamma', [1], 2),
    tensorOf('bn/beta', [1], 0.25),
    tensorOf('bn/moving_mean', [1], 0.125),
    tensorOf('bn/moving_variance', [1], 3),
  ])
  const { values, misfits } = importParameters(normalised, file, new Float32Array(7))
  expect(fitsWhole(misfits)).toBe(true)
  const pixel = [0.1, 0.6, 0.9]
  const [w0, w1, w2, gamma, beta, moving, variance] = values
  const x = pixel.map((value, channel) => (value - [0.485, 0.456, 0.406][channel]) / [0.229, 0.224, 0.225][channel])
  const here = (gamma * (w0 * x[0] + w1 * x[1] + w2 * x[2] - moving)) / Math.sqrt(variance + 1e-5) + beta
  const theirs = 0.5 * (2 * 0.1 - 1) - 2 * (2 * 0.6 - 1) + 1.5 * (2 * 0.9 - 1)
  expect(here).toBeCloseTo((2 * (theirs - 0.125)) / Math.sqrt(3 + 1e-3) + 0.25, 5)
})

test('initial values of another size are a mistake', () => {
  expect(() => importParameters(tiny, safetensors([]), new Float32Array(3))).toThrow("'tiny' has")
})
