import { rng } from '@passerby/reid'
import { afterEach, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { tf } from '../tf.ts'
import { openClassifier, type Classifier } from './classifier.ts'
import type { Optimiser } from './optimiser.ts'

const sgd: Optimiser = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.1 }
const adam: Optimiser = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clip: 0.5 }

const backends = {
  wasm: () => useBackend('wasm'),
  async cpu() {
    await tf.setBackend('cpu')
  },
}

const opened: Classifier[] = []
const open = (values: readonly number[], embedding: number, optimiser: Optimiser = sgd) => {
  const classifier = openClassifier({ values: Float32Array.from(values), embedding, optimiser })
  opened.push(classifier)
  return classifier
}
afterEach(() => {
  for (const classifier of opened.splice(0)) classifier.dispose()
})

describe.each(Object.entries(backends))('a classifier on %s', (_, start) => {
  it('computes by hand: logits x·w + b, and their gradients', async () => {
    await start()
    const plain = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const
    const classifier = open([1, 2, 3, 4, 10, 20], 2, plain)
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) =>
      tf.sum(tf.mul(classifier.classify(x as tf.Tensor2D), tf.tensor2d([[1, 0]]))),
    )(tf.tensor2d([[5, 6]]))
    // 5·1 + 6·3 + 10; its gradient towards x is w's first column, towards w x's first column, towards b (1, 0).
    expect(value.dataSync()[0]).toBe(33)
    expect([...grad.dataSync()]).toEqual([1, 3])
    classifier.update(1)
    expect([...(await classifier.read())]).toEqual([1 - 5, 2, 3 - 6, 4, 10 - 1, 20])
  })

  it('adds the gradients of every batch that a loss classifies', async () => {
    await start()
    const plain = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const
    const classifier = open([1, 2, 3], 2, plain)
    const pick = (classified: tf.Tensor2D, weights: number[][]) => tf.sum(tf.mul(classified, tf.tensor2d(weights)))
    const { value, grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) => {
      const [one, two] = inputs as [tf.Tensor2D, tf.Tensor2D]
      return tf.add(pick(classifier.classify(one), [[1]]), pick(classifier.classify(two), [[10], [100]]))
    })([
      tf.tensor2d([[5, 6]]),
      tf.tensor2d([
        [1, 0],
        [0, 2],
      ]),
    ])
    expect(value.dataSync()[0]).toBe(20 + 10 * 4 + 100 * 7)
    expect(grads.map((grad) => [...grad.dataSync()])).toEqual([
      [1, 2],
      [10, 20, 100, 200],
    ])
    classifier.update(1)
    expect([...(await classifier.read())]).toEqual([1 - 5 - 10, 2 - 6 - 200, 3 - 1 - 10 - 100])
    classifier.update(1)
    expect([...(await classifier.read())]).toEqual([-14, -204, -108])
  })

  it('stays as it is when nobody went back', async () => {
    await start()
    const classifier = open([1, 2, 3], 2)
    classifier.classify(tf.tensor2d([[1, 1]])).dispose()
    classifier.update(1)
    expect([...(await classifier.read())]).toEqual([1, 2, 3])
  })

  it('forgets what an earlier one was trained to', async () => {
    await start()
    const first = await trainedFor(3, { rows: 4, embedding: 3, classes: 2 }, sgd)
    expect(await trainedFor(3, { rows: 4, embedding: 3, classes: 2 }, sgd)).toEqual(first)
  })

  it('refuses values that are no head of such embeddings', async () => {
    await start()
    expect(() => open([1, 2, 3, 4], 2)).toThrow(RangeError)
    expect(() => open([], 2)).toThrow(RangeError)
  })
})

it.each([
  ['sgd', { rows: 5, embedding: 7, classes: 3 }, sgd],
  ['sgd', { rows: 16, embedding: 64, classes: 33 }, sgd],
  ['adam, clipped', { rows: 3, embedding: 9, classes: 13 }, adam],
] as const)('trains on wasm as on cpu by %s at %o', async (_, shape, optimiser) => {
  await backends.wasm()
  const wasm = await trainedFor(4, shape, optimiser)
  await backends.cpu()
  const cpu = await trainedFor(4, shape, optimiser)
  expect(wasm).toEqual([...cpu].map((value) => expect.closeTo(value, 5)))
})

/** The head, and the last gradient of the embeddings, after some steps. */
async function trainedFor(
  steps: number,
  { rows, embedding, classes }: { readonly rows: number; readonly embedding: number; readonly classes: number },
  optimiser: Optimiser,
): Promise<readonly number[]> {
  const random = rng(1, 'classifier')
  const numbers = (length: number) => Array.from({ length }, () => random.between(-1, 1))
  const classifier = open(numbers((embedding + 1) * classes), embedding, optimiser)
  let last: readonly number[] = []
  for (let step = 0; step < steps; step++) {
    last = tf.tidy(() => {
      const weights = tf.tensor2d(numbers(rows * classes), [rows, classes])
      const loss = (x: tf.Tensor) => tf.sum(tf.mul(tf.tanh(classifier.classify(x as tf.Tensor2D)), weights))
      return [
        ...tf
          .grad(loss)(tf.tensor2d(numbers(rows * embedding), [rows, embedding]))
          .dataSync(),
      ]
    })
    classifier.update(0.1)
  }
  const head = [...(await classifier.read())]
  classifier.dispose()
  return [...head, ...last]
}
