/**
 * Every kernel as plain loops in double precision, written from its formula and in none of its ways: the twin that the
 * tests compare with. `needs` gives how many numbers each operand has; `run` fills what the kernel writes.
 */
import { NO_CEILING, type Kernel } from '@passerby/backbones'
import { GATE_TWINS } from './gate-twins.ts'
import { GENERALISED_MEAN_TWINS } from './generalised-mean-twins.ts'
import {
  averageNeeds,
  convNeeds,
  countNeeds,
  depthwiseNeeds,
  each,
  normNeeds,
  overlaps,
  poolNeeds,
  productNeeds,
} from './operands.ts'
import type { Twin } from './twin.ts'

type Numbers = Float64Array

const EPSILON = 1e-5
/** The window of depthwise kernels. */
const THREE = { kernel: 3, padding: 1 }

/** An activation's result. */
function activated(value: number, ceiling: number): number {
  return ceiling === 0 ? value : Math.min(Math.max(value, 0), limitOf(ceiling))
}
/** Whether a result lets its gradient pass. */
const passes = (y: number, ceiling: number) => ceiling === 0 || (y > 0 && y < limitOf(ceiling))
const limitOf = (ceiling: number) => (ceiling === NO_CEILING ? Infinity : ceiling)

function product(x: Numbers, w: Numbers, s: { rows: number; inner: number; columns: number }, y: Numbers): void {
  each(
    [s.rows, s.columns, s.inner],
    (i, j, t) => void (y[i * s.columns + j] += x[i * s.inner + t] * w[t * s.columns + j]),
  )
}
export const TWINS: { readonly [K in Kernel]: Twin<K> } = {
  product: { needs: productNeeds, run: ({ x, w, y }, s) => (y.fill(0), product(x, w, s, y)) },
  biasedProduct: {
    needs: productNeeds,
    run({ x, w, bias, y }, s) {
      each([s.rows, s.columns], (i, j) => void (y[i * s.columns + j] = bias[j]))
      product(x, w, s, y)
    },
  },
  productInputGradient: {
    needs: productNeeds,
    run({ dy, w, dx }, s) {
      if (!s.accumulate) dx.fill(0)
      each(
        [s.rows, s.inner, s.columns],
        (i, t, j) => void (dx[i * s.inner + t] += dy[i * s.columns + j] * w[t * s.columns + j]),
      )
    },
  },
  productWeightGradient: {
    needs: productNeeds,
    run: ({ x, dy, dw }, s) =>
      each(
        [s.rows, s.inner, s.columns],
        (i, t, j) => void (dw[t * s.columns + j] += x[i * s.inner + t] * dy[i * s.columns + j]),
      ),
  },
  biasGradient: {
    needs: ({ rows, columns }) => ({ dy: rows * columns, dbias: columns }),
    run: ({ dy, dbias }, s) => each([s.rows, s.columns], (i, j) => void (dbias[j] += dy[i * s.columns + j])),
  },
  conv: {
    needs: convNeeds,
    run({ x, w, y }, s) {
      y.fill(0)
      overlaps(s, (tap, from, to) =>
        each([s.inputs, s.outputs], (i, o) => {
          y[to * s.outputs + o] += x[from * s.inputs + i] * w[(tap * s.inputs + i) * s.outputs + o]
        }),
      )
    },
  },
  convInputGradient: {
    needs: convNeeds,
    run({ dy, w, dx }, s) {
      dx.fill(0)
      overlaps(s, (tap, from, to) =>
        each([s.inputs, s.outputs], (i, o) => {
          dx[from * s.inputs + i] += dy[to * s.outputs + o] * w[(tap * s.inputs + i) * s.outputs + o]
        }),
      )
    },
  },
  convWeightGradient: {
    needs: convNeeds,
    run: ({ x, dy, dw }, s) =>
      overlaps(s, (tap, from, to) =>
        each([s.inputs, s.outputs], (i, o) => {
          dw[(tap * s.inputs + i) * s.outputs + o] += x[from * s.inputs + i] * dy[to * s.outputs + o]
        }),
      ),
  },
  depthwise: {
    needs: depthwiseNeeds,
    run({ x, w, y }, s) {
      const c = s.channels
      y.fill(0)
      overlaps({ ...s, ...THREE }, (tap, from, to) =>
        each([c], (i) => void (y[to * c + i] += x[from * c + i] * w[tap * c + i])),
      )
    },
  },
  depthwiseInputGradient: {
    needs: depthwiseNeeds,
    run({ dy, w, dx }, s) {
      const c = s.channels
      dx.fill(0)
      overlaps({ ...s, ...THREE }, (tap, from, to) =>
        each([c], (i) => void (dx[from * c + i] += dy[to * c + i] * w[tap * c + i])),
      )
    },
  },
  depthwiseWeightGradient: {
    needs: depthwiseNeeds,
    run({ x, dy, dw }, s) {
      const c = s.channels
      overlaps({ ...s, ...THREE }, (tap, from, to) =>
        each([c], (i) => void (dw[tap * c + i] += x[from * c + i] * dy[to * c + i])),
      )
    },
  },
  batchNorm: {
    needs: normNeeds,
    run({ x, gamma, beta, y, saved, mean, variance }, { rows, channels, ceiling }) {
      each([channels], (c) => {
        const values = Array.from({ length: rows }, (_, row) => x[row * channels + c])
        const m = values.reduce((sum, value) => sum + value, 0) / rows
        const squares = values.reduce((sum, value) => sum + (value - m) ** 2, 0)
        saved[c] = mean[c] = m
        saved[channels + c] = 1 / Math.sqrt(squares / rows + EPSILON)
        variance[c] = squares / (rows - 1)
        values.forEach((value, row) => {
          const normalised = gamma[c] * saved[channels + c] * (value - m) + beta[c]
          y[row * channels + c] = activated(normalised, ceiling)
        })
      })
    },
  },
  batchNormInference: {
    needs: normNeeds,
    run({ x, gamma, beta, mean, variance, y }, { rows, channels, ceiling }) {
      each([rows, channels], (row, c) => {
        const deviation = Math.sqrt(variance[c] + EPSILON)
        const normalised = (gamma[c] / deviation) * (x[row * channels + c] - mean[c]) + beta[c]
        y[row * channels + c] = activated(normalised, ceiling)
      })
    },
  },
  batchNormGradient: {
    needs: normNeeds,
    run({ x, y, dy, gamma, saved, dx, dgamma, dbeta }, { rows, channels, ceiling }) {
      each([channels], (c) => {
        const at = Array.from({ length: rows }, (_, row) => row * channels + c)
        const g = at.map((i) => (passes(y[i], ceiling) ? dy[i] : 0))
        const normalised = at.map((i) => (x[i] - saved[c]) * saved[channels + c])
        const sum = g.reduce((total, value) => total + value, 0)
        const product = g.reduce((total, value, row) => total + value * normalised[row], 0)
        dbeta[c] += sum
        dgamma[c] += product
        at.forEach((i, row) => {
          dx[i] = gamma[c] * saved[channels + c] * (g[row] - sum / rows - (normalised[row] * product) / rows)
        })
      })
    },
  },
  relu: {
    needs: countNeeds,
    run: ({ x, y }, { ceiling }) => x.forEach((value, i) => void (y[i] = activated(value, ceiling))),
  },
  reluGradient: {
    needs: countNeeds,
    run: ({ y, dy, dx }, { ceiling }) => dy.forEach((g, i) => void (dx[i] = passes(y[i], ceiling) ? g : 0)),
  },
  maxPool: {
    needs: poolNeeds,
    run({ x, y }, s) {
      y.fill(-Infinity)
      overlaps(s, (_, from, to) =>
        each([s.channels], (c) => {
          y[to * s.channels + c] = Math.max(y[to * s.channels + c], x[from * s.channels + c])
        }),
      )
    },
  },
  maxPoolGradient: {
    needs: poolNeeds,
    run({ x, y, dy, dx }, s) {
      dx.fill(0)
      const given = new Set<number>()
      overlaps(s, (_, from, to) =>
        each([s.channels], (c) => {
          const [i, o] = [from * s.channels + c, to * s.channels + c]
          if (x[i] !== y[o] || given.has(o)) return
          given.add(o)
          dx[i] += dy[o]
        }),
      )
    },
  },
  averagePool: {
    needs: poolNeeds,
    run({ x, y }, s) {
      y.fill(0)
      overlaps({ ...s, padding: 0 }, (_, from, to) =>
        each([s.channels], (c) => void (y[to * s.channels + c] += x[from * s.channels + c] / s.kernel ** 2)),
      )
    },
  },
  averagePoolGradient: {
    needs: poolNeeds,
    run({ dy, dx }, s) {
      dx.fill(0)
      overlaps({ ...s, padding: 0 }, (_, from, to) =>
        each([s.channels], (c) => void (dx[from * s.channels + c] += dy[to * s.channels + c] / s.kernel ** 2)),
      )
    },
  },
  globalAverage: {
    needs: averageNeeds,
    run({ x, y }, { batch, pixels, channels }) {
      y.fill(0)
      each([batch, pixels, channels], (n, p, c) => {
        y[n * channels + c] += x[(n * pixels + p) * channels + c] / pixels
      })
    },
  },
  globalAverageGradient: {
    needs: averageNeeds,
    run({ dy, dx }, { batch, pixels, channels, accumulate }) {
      if (!accumulate) dx.fill(0)
      each([batch, pixels, channels], (n, p, c) => {
        dx[(n * pixels + p) * channels + c] += dy[n * channels + c] / pixels
      })
    },
  },
  add: {
    needs: countNeeds,
    run: ({ a, b, y }, { ceiling }) => a.forEach((value, i) => void (y[i] = activated(value + b[i], ceiling))),
  },
  ...GENERALISED_MEAN_TWINS,
  ...GATE_TWINS,
}
