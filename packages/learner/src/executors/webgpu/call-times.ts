import { LearnerError } from '../../learner-error.ts'
import type { Program } from './program.ts'
import type { ShaderName } from './shaders.ts'

export interface CallTime {
  readonly shader: ShaderName
  readonly milliseconds: number
}

/** A timestamp, in nanoseconds, is an integer of eight bytes. */
const TIMESTAMP_BYTES = 8

/** What WebGPU lets a query set hold; a call takes two. */
const MOST_QUERIES = 4096

/**
 * Runs a program with every call in a pass of its own. Throws `LearnerError` on a device without timestamps, and
 * `RangeError` for more than 2,048 calls.
 */
export async function timeCalls(
  device: GPUDevice,
  program: Program,
  group: GPUBindGroup,
): Promise<readonly CallTime[]> {
  if (!device.features.has('timestamp-query')) {
    throw new LearnerError('no-backend', 'This graphics device tells no times: its driver or browser keeps them back.')
  }
  const count = 2 * program.calls
  if (count > MOST_QUERIES) {
    throw new RangeError(`timeCalls: ${program.calls} calls, where ${MOST_QUERIES / 2} can be timed`)
  }
  const queries = device.createQuerySet({ type: 'timestamp', count })
  const size = count * TIMESTAMP_BYTES
  const resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC })
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  const encoder = device.createCommandEncoder()
  const shaders: ShaderName[] = []
  program.runApart((shader) => {
    const beginningOfPassWriteIndex = 2 * shaders.length
    shaders.push(shader)
    const endOfPassWriteIndex = beginningOfPassWriteIndex + 1
    return encoder.beginComputePass({
      timestampWrites: { querySet: queries, beginningOfPassWriteIndex, endOfPassWriteIndex },
    })
  }, group)
  encoder.resolveQuerySet(queries, 0, count, resolved, 0)
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, size)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(GPUMapMode.READ)
  const stamps = new BigUint64Array(staging.getMappedRange().slice(0))
  for (const one of [queries, resolved, staging]) one.destroy()
  return shaders.map((shader, call) => ({
    shader,
    milliseconds: Number(stamps[2 * call + 1] - stamps[2 * call]) / 1e6,
  }))
}
