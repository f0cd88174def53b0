import type { Backbone } from './backbone.ts'
import { parametersOf, parameterSize } from './parameters.ts'

/**
 * First values of a backbone's parameters, flat, in `parametersOf` order. `uniform`, PyTorch's defaults: convolutions,
 * linear layers and their biases uniform in ±1/√fan_in (`kaiming_uniform_` with a = √5). `he` (He et al. 2015, section 2.2,
 * as in torchvision and FedReID, but for depthwise filters, whose `fanOut` is not PyTorch's): convolutions and linear layers
 * normal with variance 2/fan_out, biases 0. Batch norm is 1 and 0 with running mean 0 and variance 1. The same seed gives the
 * same values everywhere.
 */
export function initialise(backbone: Backbone, seed: number): Float32Array {
  const parameters = parametersOf(backbone)
  const values = new Float32Array(parameters.reduce((size, one) => size + parameterSize(one), 0))
  const uniform = mulberry32(seed)
  let offset = 0
  for (const parameter of parameters) {
    const part = values.subarray(offset, offset + parameterSize(parameter))
    if (parameter.fanIn === 0) part.fill(/\.(weight|running_var)$/.test(parameter.name) ? 1 : 0)
    else if (backbone.initialisation === 'uniform') fillUniform(part, 1 / Math.sqrt(parameter.fanIn), uniform)
    else if (parameter.name.endsWith('.weight')) fillNormal(part, Math.sqrt(2 / parameter.fanOut), uniform)
    offset += part.length
  }
  return values
}

function fillUniform(values: Float32Array, bound: number, uniform: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = (2 * uniform() - 1) * bound
}

/** Box and Muller's transform: two uniform values make two normal ones. */
function fillNormal(values: Float32Array, deviation: number, uniform: () => number): void {
  for (let i = 0; i < values.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    values[i] = radius * Math.cos(angle)
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle)
  }
}

/** Tommy Ettinger's mulberry32: uniform in [0, 1) from a 32-bit state. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
