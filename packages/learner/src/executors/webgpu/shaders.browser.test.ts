import { describe, expect, it } from 'vitest'
import { drawOperands, largestErrors, runTwin } from '../testing/comparison.ts'
import type { ShaderName } from './shaders.ts'
import { loadShader, openDevice, runShader } from './testing/run-shader.ts'

type Sizes = Readonly<Record<string, number>>

/** Odd and even shapes: some by fours, some not, some of more than one workgroup. */
const SIZES: { readonly [Name in ShaderName]: readonly Sizes[] } = {
  add: [
    { count: 67, relu: 0 },
    { count: 1200, relu: 1 },
  ],
  relu: [{ count: 67 }, { count: 1200 }],
  reluGradient: [{ count: 67 }, { count: 1200 }],
}

const device = await openDevice()

describe('every WebGPU kernel computes what its formula says, and writes nowhere else', { timeout: 60_000 }, () => {
  it.each(Object.keys(SIZES) as ShaderName[])('%s', async (name) => {
    const pipelines = await loadShader(device, name)
    for (const [seed, sizes] of SIZES[name].entries()) {
      const operands = drawOperands(name, sizes, seed)
      const errors = largestErrors(
        runTwin(name, operands, sizes),
        await runShader(pipelines, name, { operands, sizes }),
      )
      const wrong = Object.entries(errors).filter(([, error]) => !(error < 1e-5))
      expect({ sizes, wrong }).toEqual({ sizes, wrong: [] })
    }
  })
})
