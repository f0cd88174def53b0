import type { ServerLearner } from '../close-round.ts'
import { type Layout, type Params, view } from '../params.ts'
import type { SoftTargets } from '../strategy.ts'

/** Images as the linear network sees them: `inputs` values each. */
export type Images = readonly (readonly number[])[]

/** f(x) = W·x, small enough to compute by hand, beside one batch-norm statistic that it does not look at. */
export function linearLayout({ embedding, inputs }: { readonly embedding: number; readonly inputs: number }): Layout {
  return [
    { name: 'w', shape: [embedding, inputs], role: 'weight' },
    { name: 'running_mean', shape: [1], role: 'statistic' },
  ]
}

/** `images × embedding`. */
export function embed(model: Params, images: Images): Float32Array {
  const w = view(model, 'w')
  const [embedding, inputs] = model.layout[0].shape
  return Float32Array.from({ length: images.length * embedding }, (_, at) => {
    const row = (at % embedding) * inputs
    return images[Math.floor(at / embedding)].reduce((sum, value, i) => sum + w[row + i] * value, 0)
  })
}

/** What it says of images, row by row as the targets ask for. */
export function softTargets(model: Params, images: Images, targets: SoftTargets): Float32Array {
  const values = embed(model, images)
  const embedding = values.length / images.length
  for (let from = 0; from < values.length; from += embedding) {
    const row = values.subarray(from, from + embedding)
    const largest = Math.max(...row)
    if (targets.of === 'scores')
      for (const [i, value] of row.entries()) row[i] = Math.exp((value - largest) / targets.temperature)
    const total = targets.of === 'scores' ? row.reduce((sum, value) => sum + value, 0) : Math.hypot(...row)
    for (const [i, value] of row.entries()) row[i] = total === 0 ? 0 : value / total
  }
  return values
}

/** Descends the mean squared error of its embeddings once, all images in one batch: as much of a server's learner as is needed. */
export function linearLearner(images: Images): ServerLearner {
  return {
    softTargets: async (model, targets) => softTargets(model, images, targets),
    async distil(model, { values, rate }) {
      const error = embed(model, images).map((value, at) => value - values[at])
      const [embedding, inputs] = model.layout[0].shape
      const moved = model.values.slice()
      for (const [at, by] of error.entries())
        for (const [i, value] of images[Math.floor(at / embedding)].entries())
          moved[(at % embedding) * inputs + i] -= (rate * 2 * by * value) / error.length
      return { layout: model.layout, values: moved }
    },
  }
}
