/** The twins of generalised-mean pooling, by its general formula (Radenović et al. 2019, equation 3). */
import { GENERALISED_MEAN_FLOOR, GENERALISED_MEAN_POWER } from '@passerby/backbones'
import { averageNeeds, each } from './operands.ts'
import type { Twin } from './twin.ts'

type GeneralisedMeanKernel = 'generalisedMean' | 'generalisedMeanGradient'

const [p, floor] = [GENERALISED_MEAN_POWER, GENERALISED_MEAN_FLOOR]

export const GENERALISED_MEAN_TWINS: { readonly [K in GeneralisedMeanKernel]: Twin<K> } = {
  generalisedMean: {
    needs: averageNeeds,
    run({ x, y }, { batch, pixels, channels }) {
      each([batch, channels], (n, c) => {
        let sum = 0
        each([pixels], (pixel) => void (sum += Math.max(x[(n * pixels + pixel) * channels + c], floor) ** p))
        y[n * channels + c] = (sum / pixels) ** (1 / p)
      })
    },
  },
  // dy/dx[i] = (1/p)·m^(1/p − 1) · p·x[i]^(p − 1) / pixels for the mean m of powers.
  generalisedMeanGradient: {
    needs: averageNeeds,
    run({ x, y, dy, dx }, { batch, pixels, channels }) {
      each([batch, pixels, channels], (n, pixel, c) => {
        const i = (n * pixels + pixel) * channels + c
        const o = n * channels + c
        dx[i] = x[i] > floor ? (dy[o] * (y[o] ** p) ** (1 / p - 1) * x[i] ** (p - 1)) / pixels : 0
      })
    },
  },
}
