/** The twins of a channel gate's kernels. */
import { each, gateLayerNeeds, gateNeeds } from './operands.ts'
import type { Twin } from './twin.ts'

type GateKernel = 'gateFactors' | 'gate' | 'gateGradient' | 'gateWeightGradient'

export const GATE_TWINS: { readonly [K in GateKernel]: Twin<K> } = {
  gateFactors: {
    needs: (s) => ({ ...gateNeeds(s), ...gateLayerNeeds(s) }),
    run({ x, w1, b1, w2, b2, means, hidden, factors }, s) {
      means.fill(0)
      each([s.batch, s.pixels, s.channels], (n, p, c) => {
        means[n * s.channels + c] += x[(n * s.pixels + p) * s.channels + c] / s.pixels
      })
      each([s.batch, s.units], (n, h) => {
        let sum = b1[h]
        each([s.channels], (c) => void (sum += means[n * s.channels + c] * w1[c * s.units + h]))
        hidden[n * s.units + h] = Math.max(sum, 0)
      })
      each([s.batch, s.channels], (n, c) => {
        let logit = b2[c]
        each([s.units], (h) => void (logit += hidden[n * s.units + h] * w2[h * s.channels + c]))
        factors[n * s.channels + c] = 1 / (1 + Math.exp(-logit))
      })
    },
  },
  gate: {
    needs: gateNeeds,
    run({ x, factors, y }, { batch, pixels, channels, accumulate }) {
      if (!accumulate) y.fill(0)
      each([batch, pixels, channels], (n, p, c) => {
        y[(n * pixels + p) * channels + c] += x[(n * pixels + p) * channels + c] * factors[n * channels + c]
      })
    },
  },
  gateGradient: {
    needs: (s) => ({ ...gateNeeds(s), ...gateLayerNeeds(s) }),
    run({ x, factors, hidden, w1, w2, dy, dx, dlogits, dhidden }, s) {
      dlogits.fill(0)
      dhidden.fill(0)
      each([s.batch, s.pixels, s.channels], (n, p, c) => {
        const i = (n * s.pixels + p) * s.channels + c
        const factor = factors[n * s.channels + c]
        dlogits[n * s.channels + c] += factor * (1 - factor) * dy[i] * x[i]
      })
      each([s.batch, s.units, s.channels], (n, h, c) => {
        if (hidden[n * s.units + h] <= 0) return
        dhidden[n * s.units + h] += dlogits[n * s.channels + c] * w2[h * s.channels + c]
      })
      each([s.batch, s.pixels, s.channels], (n, p, c) => {
        const i = (n * s.pixels + p) * s.channels + c
        dx[i] = dy[i] * factors[n * s.channels + c]
        each([s.units], (h) => void (dx[i] += (dhidden[n * s.units + h] * w1[c * s.units + h]) / s.pixels))
      })
    },
  },
  gateWeightGradient: {
    needs: gateLayerNeeds,
    run({ means, hidden, dlogits, dhidden, dw1, db1, dw2, db2 }, s) {
      each([s.batch, s.channels], (n, c) => void (db2[c] += dlogits[n * s.channels + c]))
      each([s.batch, s.units], (n, h) => void (db1[h] += dhidden[n * s.units + h]))
      each([s.batch, s.channels, s.units], (n, c, h) => {
        dw1[c * s.units + h] += means[n * s.channels + c] * dhidden[n * s.units + h]
        dw2[h * s.channels + c] += hidden[n * s.units + h] * dlogits[n * s.channels + c]
      })
    },
  },
}
