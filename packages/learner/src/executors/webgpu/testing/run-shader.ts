import { KERNELS, type Kernel } from '@passerby/backbones'
import type { Arrays } from '../../testing/comparison.ts'
import { loadPipelines, type Pipelines } from '../pipelines.ts'
import { REGIONS, type Region } from '../prelude.ts'
import { assemble } from '../program.ts'
import type { ShaderName } from '../shaders.ts'

/** A value that no kernel makes, around every operand. */
const FENCE = 12_345
const FENCE_SIZE = 16

/** A device as TensorFlow.js asks for it. Throws an `Error` where there is none. */
export async function openDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter()
  if (!adapter) throw new Error('openDevice: no adapter')
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits
  const device = await adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize } })
  device.addEventListener('uncapturederror', ({ error }) => console.error(error.message))
  return device
}

export async function loadShader(device: GPUDevice, name: ShaderName): Promise<Pipelines> {
  return loadPipelines(device, { storage: 'f32', names: [name] })
}

/**
 * Runs one kernel on given operands; what is in their places afterwards. Throws an `Error` where it wrote anywhere else or
 * the device refused. The workspace starts full of what is no number.
 */
export async function runShader(
  pipelines: Pipelines,
  kernel: ShaderName & Kernel,
  { operands, sizes }: { readonly operands: Arrays; readonly sizes: Readonly<Record<string, number>> },
): Promise<Readonly<Record<string, Float32Array>>> {
  const { device } = pipelines
  const { reads, writes } = KERNELS[kernel]
  const memory = new Map<Region, number[]>(REGIONS.map((region) => [region, Array<number>(FENCE_SIZE).fill(FENCE)]))
  const spans = [...reads, ...writes].map((name) => {
    const region = regionOf(kernel, name)
    const numbers = memory.get(region) ?? []
    const offset = numbers.length
    const padded = region === 'arena' ? Math.ceil(operands[name].length / 4) * 4 : operands[name].length
    numbers.push(...operands[name], ...Array<number>(padded - operands[name].length + FENCE_SIZE).fill(FENCE))
    return { name, region, offset, size: operands[name].length }
  })

  device.pushErrorScope('validation')
  const program = assemble(pipelines, [{ shader: kernel, operands: spans, sizes }])
  memory.set('workspace', Array<number>(program.workspace + 4).fill(Number.NaN))
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const buffers = new Map<Region, GPUBuffer>()
  for (const [region, numbers] of memory) {
    const buffer = device.createBuffer({ size: numbers.length * 4, usage })
    device.queue.writeBuffer(buffer, 0, Float32Array.from(numbers))
    buffers.set(region, buffer)
  }
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  program.run(pass, program.bind(Object.fromEntries(buffers) as Record<Region, GPUBuffer>))
  pass.end()
  device.queue.submit([encoder.finish()])
  const after = new Map<Region, Float32Array>()
  for (const [region, buffer] of buffers) after.set(region, await readBuffer(device, buffer))
  const refusal = await device.popErrorScope()
  for (const buffer of buffers.values()) buffer.destroy()
  program.dispose()
  if (refusal) throw new Error(`runShader: ${refusal.message}`)

  const results: Record<string, Float32Array> = {}
  for (const { name, region, offset, size } of spans) {
    results[name] = (after.get(region) ?? new Float32Array()).slice(offset, offset + size)
    after.get(region)?.fill(FENCE, offset, offset + size)
  }
  for (const [region, numbers] of after) {
    if (region === 'workspace' || numbers.every((value) => value === FENCE)) continue
    throw new Error(`runShader: '${kernel}' wrote outside of its operands in ${region}`)
  }
  return results
}

async function readBuffer(device: GPUDevice, from: GPUBuffer): Promise<Float32Array> {
  const staging = device.createBuffer({ size: from.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(from, 0, staging, 0, from.size)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(GPUMapMode.READ)
  const values = new Float32Array(staging.getMappedRange().slice(0))
  staging.destroy()
  return values
}

/** Where a plan puts the operand of that name. */
function regionOf(kernel: Kernel, name: string): Region {
  if (name === 'mean' || name === 'variance') return kernel === 'batchNorm' ? 'statistics' : 'parameters'
  if (/^(w\d?|b\d|bias|gamma|beta)$/.test(name)) return 'parameters'
  return /^d(w\d?|b\d|bias|gamma|beta)$/.test(name) ? 'gradient' : 'arena'
}
