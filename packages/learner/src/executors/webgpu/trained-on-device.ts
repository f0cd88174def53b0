/**
 * A flat tensor that an optimiser moves, for WebGPU: the values and the optimiser's numbers are rows of one tensor, which one
 * dispatch changes in place as the backbone's own pass would.
 */
import { tf } from '../../tf.ts'
import { clipped } from './clipped.ts'
import type { Optimiser } from '../../training/optimiser.ts'
import type { Trained } from '../../training/trained.ts'
import { stepSettings } from './optimiser-pass.ts'
import { MOMENTS, MOVES, pull, SETTINGS } from './shaders/optimisers.ts'
import { runInPlace, WORKGROUP, type TensorProgram } from './tfjs-program.ts'

/** As `trained` (training/trained.ts), where WebGPU is the current backend. */
export function trainedOnDevice(values: Float32Array, optimiser: Optimiser): Trained {
  const count = values.length
  const pulled = Boolean(optimiser.proximal)
  const moments = MOMENTS[optimiser.kind]
  const rows = 1 + moments + (pulled ? 1 : 0)
  const numbers = new Float32Array(rows * count)
  numbers.set(values)
  if (pulled) numbers.set(values, (1 + moments) * count)
  const state = tf.keep(tf.tensor2d(numbers, [rows, count]))
  const first = () => tf.keep(tf.tidy(() => tf.slice(state, 0, 1).as1D()))
  let value = first()
  let steps = 0
  return {
    value: () => value,
    step(gradient, rate) {
      const numbers = stepSettings(optimiser, rate, ++steps)
      tf.tidy(() => {
        const inputs = [clipped(gradient, optimiser.clip)]
        runInPlace(programOf(optimiser.kind, pulled), state, {
          inputs,
          numbers,
          workgroups: Math.ceil(count / WORKGROUP),
        })
      })
      value.dispose()
      value = first()
    },
    dispose: () => tf.dispose([state, value]),
  }
}

const programOf = (kind: Optimiser['kind'], pulled: boolean): TensorProgram => ({
  name: pulled ? `${kind} with a proximal term` : kind,
  inputs: ['gradient'],
  numbers: SETTINGS[kind],
  code: `
fn main(i: i32) {
  let count = uniforms.gradientShape;
  if (i >= count) { return; }
  ${SETTINGS[kind].map((name) => `let ${name} = uniforms.${name};`).join('\n  ')}
  var g = gradient[i] + decay * result[i];
  ${pulled ? pull('result[i]', `result[${1 + MOMENTS[kind]} * count + i]`) : ''}
  ${MOVES[kind]('result[i]', 'result[count + i]', 'result[2 * count + i]')}
}`,
})
