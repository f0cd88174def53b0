/**
 * A shader of ours as an operation of TensorFlow.js, on tensors and without a gradient: it joins the commands that its
 * WebGPU backend has gathered, so that it costs neither a submission nor a copy.
 */
import { tf, WebGPUBackend } from '../../tf.ts'

export interface TensorProgram {
  /** Of its own: compiled shaders are kept by it. */
  readonly name: string
  /**
   * WGSL with `fn main(index: i32)`, in workgroups of 64. It finds each input as an array of f32, `result` (which it may
   * read), `uniforms.<input>Shape`, its `numbers` in `uniforms`, `localId.x` and `workgroupId.x`.
   */
  readonly code: string
  /** In the order in which `run` takes tensors. */
  readonly inputs: readonly string[]
  /** Names of f32 in `uniforms`. */
  readonly numbers?: readonly string[]
}

export interface Run {
  readonly inputs: readonly tf.Tensor[]
  readonly numbers?: readonly number[]
  readonly workgroups: number
}

/** Invocations of a workgroup. */
export const WORKGROUP = 64

/** The result is the caller's. Throws `TypeError` when WebGPU is not the current backend. */
export function runProgram(program: TensorProgram, shape: readonly number[], run: Run): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(encode(program, shape, run))
}

/** Changes `result`, which no input is and whose numbers were never read back. */
export function runInPlace(program: TensorProgram, result: tf.Tensor, run: Run): void {
  encode(program, result.shape, { ...run, result })
}

function encode(
  { name, code, inputs: names, numbers: numberNames = [] }: TensorProgram,
  shape: readonly number[],
  { inputs, numbers = [], workgroups, result }: Run & { readonly result?: tf.Tensor },
): tf.TensorInfo {
  const backend = tf.backend()
  if (!(backend instanceof WebGPUBackend)) throw new TypeError(`runProgram: '${name}' on another backend than WebGPU`)
  const program = {
    variableNames: [...names],
    uniforms: numberNames.map((number) => `${number} : f32,`).join(' '),
    outputShape: [...shape],
    shaderKey: `passerby ${name}`,
    workgroupSize: [WORKGROUP, 1, 1] as [number, number, number],
    dispatch: [workgroups, 1, 1] as [number, number, number],
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    getUserCode: () => code,
  }
  const uniforms = numbers.map((number) => ({ type: 'float32', data: [number] }))
  return backend.runWebGPUProgram(program, [...inputs], 'float32', uniforms, result)
}
