import { rng } from '@passerby/reid'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import type { LossSettings } from '../settings.ts'
import { lossOf, numericGradient } from '../testing/gradients.ts'
import { tf } from '../tf.ts'
import { openCentres } from './centres.ts'
import { crossEntropy, smoothedTargets } from './loss.ts'
import { openSupervision } from './supervision.ts'
import { batchHardTriplet } from './triplet.ts'

const settings: LossSettings = {
  identity: 1,
  triplet: 0,
  margin: 0.3,
  softMargin: false,
  centre: 0,
  centreRate: 0.5,
}
const close = (values: readonly number[], digits = 5) => values.map((value) => expect.closeTo(value, digits))

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'wasm') await useBackend('wasm')
    else await tf.setBackend('cpu')
  })

  describe('batch-hard triplets', () => {
    /** On a line: 0 and 3 are one person, 4 and 10 another. */
    const line = [[0], [3], [4], [10]]
    const labels = [0, 0, 1, 1]
    const triplet =
      (options: Partial<LossSettings>, own = labels) =>
      (x: tf.Tensor2D) =>
        batchHardTriplet(x, own, { ...settings, ...options })

    it('by hand: positives at 3, 3, 6, 6; negatives at 4, 1, 1, 7', () => {
      // With margin 2: max(0, 2 − 1), 2 + 2, 2 + 5, max(0, 2 − 1).
      expect(lossOf(triplet({ margin: 2 }), line).value).toBeCloseTo((1 + 4 + 7 + 1) / 4, 6)
      // With margin ½ the first and the last are satisfied, and have no gradient.
      const { value, gradient } = lossOf(triplet({ margin: 0.5 }), line)
      expect(value).toBeCloseTo((2.5 + 5.5) / 4, 6)
      // Anchor 3: away from 4 and towards 0. Anchor 4: away from 3 and towards 10.
      expect(gradient).toEqual(close([-1 / 4, (1 + 1 + 1) / 4, (-1 - 1 - 1) / 4, 1 / 4]))
    })

    it('softly by hand: log(1 + e^x)', () => {
      const expected = [-1, 2, 5, -1].reduce((sum, x) => sum + Math.log1p(Math.exp(x)), 0) / 4
      expect(lossOf(triplet({ softMargin: true }), line).value).toBeCloseTo(expected, 5)
      const far = lossOf(triplet({ softMargin: true }), [[0], [1e3], [1], [1e3 + 1]])
      expect(far.value).toBeCloseTo(999, 2)
      expect(far.gradient.every(Number.isFinite)).toBe(true)
    })

    it.each([
      ['margin', { margin: 1 }],
      ['soft margin', { softMargin: true }],
    ])('have the gradient of their value: %s', (_, options) => {
      const random = rng(3, 'triplets')
      const rows = Array.from({ length: 8 }, () => Array.from({ length: 3 }, () => random.between(-1, 1)))
      const loss = triplet(options, [0, 0, 0, 1, 1, 2, 2, 2])
      expect(lossOf(loss, rows).gradient).toEqual(close(numericGradient(loss, rows), 3))
    })

    it('count only anchors that have a positive and a negative', () => {
      // The third is alone: 1 − 2 and 1 − 1, margin 2.
      expect(lossOf(triplet({ margin: 2 }, [0, 0, 1]), [[0], [1], [2]]).value).toBeCloseTo((1 + 2) / 2, 6)
      for (const own of [
        [0, 0, 0],
        [0, 1, 2],
      ]) {
        const { value, gradient } = lossOf(triplet({}, own), [[0], [1], [2]])
        expect(value).toBe(0)
        expect(gradient.map(Math.abs)).toEqual([0, 0, 0])
      }
    })

    it('take one image twice for two at the same place', () => {
      const { value, gradient } = lossOf(triplet({ margin: 1 }), [[0], [0], [0.5], [0.5]])
      expect(value).toBeCloseTo(0.5, 5)
      expect(gradient).toEqual(gradient.map(() => expect.any(Number)))
      expect(gradient.every(Number.isFinite)).toBe(true)
    })
  })

  describe('centres', () => {
    it('by hand: start at the mean, then go α·Σ(x − c) / (1 + n)', () => {
      const centres = openCentres({ classes: 3, rate: 0.5 })
      // The first class starts at 1, half its squared distances 1/2 and 1/2; the last has one embedding, at 5.
      const first = lossOf((x) => centres.loss(x, [0, 0, 2]), [[0], [2], [5]])
      expect(first.value).toBeCloseTo((0.5 + 0.5) / 3, 6)
      expect(first.gradient).toEqual(close([-1 / 3, 1 / 3, 0]))
      expect([...(centres.value()?.dataSync() ?? [])]).toEqual([1, 0, 5])
      // 4 is 3 away from 1, 6 is 1 away from 5, 7 is the second class's first.
      const second = lossOf((x) => centres.loss(x, [0, 2, 1, 2]), [[4], [6], [7], [8]])
      expect(second.value).toBeCloseTo((4.5 + 0.5 + 0 + 4.5) / 4, 6)
      expect([...(centres.value()?.dataSync() ?? [])]).toEqual(close([1 + (0.5 * 3) / 2, 7, 5 + (0.5 * (1 + 3)) / 3]))
      centres.dispose()
    })

    it('have the gradient of their value', () => {
      const loss = (x: tf.Tensor2D) => {
        const centres = openCentres({ classes: 2, rate: 0 })
        tf.tidy(
          () =>
            void centres.loss(
              tf.tensor2d([
                [1, 2],
                [3, 4],
              ]),
              [0, 1],
            ),
        )
        const value = centres.loss(x, [0, 1, 1])
        centres.dispose()
        return value
      }
      const rows = [
        [0, 1],
        [2, -1],
        [5, 4],
      ]
      expect(lossOf(loss, rows).gradient).toEqual(close(numericGradient(loss, rows), 3))
    })
  })

  describe('supervision', () => {
    const rows = [
      [0.2, 1],
      [0.5, -1],
      [2, 0.3],
      [-1, 0.4],
    ]
    const labels = [0, 0, 1, 1]
    const targets = () => tf.tensor2d(smoothedTargets(labels, 2, 0.1), [4, 2])

    it('is the weighted sum of the losses, value and gradient', () => {
      const weighed = { ...settings, identity: 0.5, triplet: 2, centre: 3 }
      const sum = lossOf((x) => {
        const supervision = openSupervision(weighed, 2)
        const loss = supervision.loss({ embeddings: x, logits: x, targets: targets(), labels })
        supervision.dispose()
        return loss
      }, rows)
      const parts = [
        lossOf((x) => crossEntropy(x, targets()), rows),
        lossOf((x) => batchHardTriplet(x, labels, settings), rows),
        lossOf((x) => {
          const centres = openCentres({ classes: 2, rate: 0.5 })
          const loss = centres.loss(x, labels)
          centres.dispose()
          return loss
        }, rows),
      ]
      const weigh = (of: (part: (typeof parts)[number]) => number) =>
        0.5 * of(parts[0]) + 2 * of(parts[1]) + 3 * of(parts[2])
      expect(sum.value).toBeCloseTo(
        weigh(({ value }) => value),
        5,
      )
      expect(sum.gradient).toEqual(close(sum.gradient.map((_, i) => weigh(({ gradient }) => gradient[i]))))
    })

    it('keeps no tensor', () => {
      const before = tf.memory().numTensors
      const supervision = openSupervision({ ...settings, triplet: 1, centre: 1 }, 2)
      const counts = [1, 2, 3].map(() => {
        lossOf((x) => supervision.loss({ embeddings: x, logits: x, targets: targets(), labels }), rows)
        return tf.memory().numTensors
      })
      expect(new Set(counts).size).toBe(1)
      supervision.dispose()
      expect(tf.memory().numTensors).toBe(before)
    })

    it('refuses no loss at all, and triplets without labels', () => {
      expect(() => openSupervision({ ...settings, identity: 0 }, 2)).toThrow(RangeError)
      const supervision = openSupervision({ ...settings, triplet: 1 }, 2)
      expect(() =>
        lossOf((x) => supervision.loss({ embeddings: x, logits: x, targets: targets(), labels: [] }), rows),
      ).toThrow('0 labels for 4 embeddings')
    })
  })
})
