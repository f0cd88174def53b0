/**
 * Stock TensorFlow.js, to compare with: the network on the tape, one variable per parameter, its own loss and optimiser.
 * It is no part of the product.
 */
import { BATCH_NORM_MOMENTUM, parametersOf, parameterSize } from '@passerby/backbones'
import { placePixels } from '../data/pixels.ts'
import { tf } from '../tf.ts'
import type { Contender } from './contender.ts'
import { CLASSES, LABEL_SMOOTHING, OPTIMISER, type Exercise } from './exercise.ts'
import { stockOperations, type PhasedStep } from './operations.ts'
import { runStockGraph } from './stock-graph.ts'

/** Images are normalised beforehand, which this contender is not charged for. */
export function openStock({ backbone, parameters, head, pixels, batches, rates }: Exercise): Contender {
  const variables = new Map<string, tf.Variable>()
  let offset = 0
  for (const parameter of parametersOf(backbone)) {
    const values = parameters.subarray(offset, (offset += parameterSize(parameter)))
    variables.set(parameter.name, variable(values, parameter.shape, parameter.role === 'weight'))
  }
  const embedding = head.length / CLASSES - 1
  const kernel = variable(head.subarray(0, embedding * CLASSES), [embedding, CLASSES], true)
  const bias = variable(head.subarray(embedding * CLASSES), [CLASSES], true)
  const weights = [...variables.values()].filter((one) => one.trainable)
  const trained = [
    { variables: weights, optimiser: momentum(rates.backbone) },
    { variables: [kernel, bias], optimiser: momentum(rates.head) },
  ]
  const value = (name: string) => {
    const found = variables.get(name)
    if (!found) throw new RangeError(`openStock: no parameter '${name}'`)
    return found
  }
  const move = (running: tf.Variable, batch: tf.Tensor) =>
    tf.tidy(() => running.assign(tf.add(running.mul(1 - BATCH_NORM_MOMENTUM), batch.mul(BATCH_NORM_MOMENTUM))))
  const ready = batches.map(({ placements, labels }) => ({ images: placePixels(pixels, placements), labels }))
  let steps = 0

  const step: PhasedStep = (onPhase) => {
    const { images, labels } = ready[steps++ % ready.length]
    onPhase('forward')
    const lossOf = (): tf.Scalar => {
      const x = tf.tensor4d(images, [labels.length, pixels.height, pixels.width, 3])
      const embeddings = runStockGraph(backbone, x, {
        value,
        onMoments({ parameters }, { mean, variance }, rows) {
          move(value(`${parameters}.running_mean`), mean)
          move(value(`${parameters}.running_var`), variance.mul(rows / (rows - 1)))
        },
      })
      const logits = tf.add(tf.matMul(embeddings, kernel), bias)
      const targets = tf.oneHot(tf.tensor1d([...labels], 'int32'), CLASSES)
      const loss: tf.Scalar = tf.losses.softmaxCrossEntropy(targets, logits, undefined, LABEL_SMOOTHING)
      onPhase('backward')
      return loss
    }
    const { value: loss, grads } = tf.variableGrads(lossOf, [...weights, kernel, bias])
    onPhase('update')
    for (const { variables, optimiser } of trained)
      optimiser.applyGradients(variables.map(({ name }) => ({ name, tensor: grads[name] })))
    tf.dispose(grads)
    return loss
  }

  return {
    step: () => step(() => {}),
    operations: () => stockOperations(step),
    plannedKernels: () => 0,
    async read() {
      const values = await Promise.all([...variables.values()].map((variable) => variable.data()))
      return Float32Array.from(values.flatMap((part) => [...part]))
    },
    dispose() {
      for (const { optimiser } of trained) optimiser.dispose()
      tf.dispose([...variables.values(), kernel, bias])
    },
  }
}

function variable(values: Float32Array, shape: readonly number[], trainable: boolean): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(values, [...shape]), trainable))
}

const momentum = (rate: number) => tf.train.momentum(rate, OPTIMISER.momentum, OPTIMISER.nesterov)
