import { BATCH_NORM_MOMENTUM, type Backbone } from '@passerby/backbones'
import { placePixels, type Placement } from '../data/pixels.ts'
import { tf } from '../tf.ts'
import { trained } from '../training/trained.ts'
import { describeNetwork, refuseOtherParameters, type Network } from './network.ts'
import { plainPassesOf } from './plain.ts'
import { sessionTurns } from './session-turns.ts'
import type { Session, SessionOptions } from './session.ts'

/**
 * A backbone run by TensorFlow.js alone, on whatever backend is current: the reference for every executor. Its tape ends
 * where a session's does, so that `back` runs the forward pass once more. Throws `RangeError` when two batch norms
 * share their statistics.
 */
export function plainNetworkOf(backbone: Backbone): Network {
  const network = describeNetwork(backbone)
  const passes = plainPassesOf(backbone)
  return {
    ...network,
    stepPlan: () => undefined,
    // TensorFlow.js allocates as it goes: nothing is known beforehand.
    largestBatch: (_, most) => most,
    open: (options) => openPlainSession(network, passes, options),
  }
}

type Passes = ReturnType<typeof plainPassesOf>

function openPlainSession(
  network: Pick<Network, 'backbone' | 'sizes'>,
  passes: Passes,
  { parameters, pixels, optimiser }: SessionOptions,
): Session {
  refuseOtherParameters(network, parameters)
  const { sizes } = network
  const weights = trained(parameters.subarray(0, sizes.weights), optimiser ?? NO_OPTIMISER)
  let statistics = tf.keep(tf.tensor1d(parameters.subarray(sizes.weights)))
  const turns = sessionTurns<{ readonly images: tf.Tensor4D; readonly batchStatistics: tf.Tensor1D }>(optimiser)
  let latest: { readonly gradient: tf.Tensor1D; readonly batchStatistics: tf.Tensor1D } | undefined
  const place = (batch: readonly Placement[], training: boolean) => {
    forget()
    turns.begin(batch.length, training)
    return tf.tensor4d(placePixels(pixels, batch), [batch.length, pixels.height, pixels.width, 3])
  }
  const forget = () => {
    const dropped = turns.drop()
    if (dropped) tf.dispose(dropped)
  }
  return {
    train(batch) {
      const images = tf.keep(place(batch, true))
      return tf.tidy(() => {
        const { embeddings, batchStatistics } = passes.train(images, weights.value())
        turns.forwarded({ images, batchStatistics })
        return embeddings
      })
    },
    back(dEmbeddings) {
      const { images, batchStatistics } = turns.pending()
      const gradient = tf.tidy(() =>
        tf.grad((flat: tf.Tensor) => {
          const { embeddings, batchStatistics } = passes.train(images, flat as tf.Tensor1D)
          batchStatistics.dispose()
          return tf.sum(tf.mul(embeddings, dEmbeddings))
        })(weights.value()),
      )
      images.dispose()
      if (latest) tf.dispose(latest)
      latest = { gradient: tf.keep(gradient) as tf.Tensor1D, batchStatistics }
      turns.wentBack()
    },
    update(rate) {
      turns.optimiser()
      // There is one wherever there is something to step by.
      if (!latest) return
      const { gradient, batchStatistics } = latest
      weights.step(gradient, rate)
      const moved = tf.tidy(() =>
        tf.add(tf.mul(statistics, 1 - BATCH_NORM_MOMENTUM), tf.mul(batchStatistics, BATCH_NORM_MOMENTUM)),
      )
      statistics.dispose()
      statistics = tf.keep(moved as tf.Tensor1D)
    },
    embed(batch) {
      return tf.tidy(() => passes.embed(place(batch, false), weights.value(), statistics))
    },
    async gradient() {
      if (!latest) throw new RangeError('gradient: there is none before `back`')
      return Float32Array.from(await latest.gradient.data())
    },
    async read() {
      const [flat, running] = await Promise.all([weights.value().data(), statistics.data()])
      const values = new Float32Array(parameters.length)
      values.set(flat)
      values.set(running, sizes.weights)
      return values
    },
    settled: () => Promise.resolve(),
    dispose() {
      forget()
      if (latest) tf.dispose(latest)
      weights.dispose()
      statistics.dispose()
    },
  }
}

const NO_OPTIMISER = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const
