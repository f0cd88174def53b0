import { KERNELS, type Kernel } from '@passerby/backbones'
import type { Arrays } from '../../testing/comparison.ts'
import { loadPipelines, type Pipelines } from '../pipelines.ts'
import { REGIONS, type Region } from '../prelude.ts'
import { assemble } from '../program.ts'
import type { ShaderName } from '../shaders.ts'
import { destroyRegions, fillRegions, readBuffer, runOnce } from './regions.ts'

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

export async function loadShaders(
  device: GPUDevice,
  names: readonly ShaderName[],
  software = false,
): Promise<Pipelines> {
  return loadPipelines(device, { storage: 'f32', software, names })
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
  const regions = fillRegions(
    device,
    Object.fromEntries([...memory].map(([region, numbers]) => [region, Float32Array.from(numbers)])),
  )
  runOnce(device, program, program.bind(regions))
  const after = new Map<Region, Float32Array>()
  for (const region of REGIONS) after.set(region, await readBuffer(device, regions[region]))
  const refusal = await device.popErrorScope()
  destroyRegions(regions)
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

/** Where a plan puts the operand of that name. */
function regionOf(kernel: Kernel, name: string): Region {
  if (name === 'mean' || name === 'variance') return kernel === 'batchNorm' ? 'statistics' : 'parameters'
  if (/^(w\d?|b\d|bias|gamma|beta)$/.test(name)) return 'parameters'
  return /^d(w\d?|b\d|bias|gamma|beta)$/.test(name) ? 'gradient' : 'arena'
}
