import { KERNELS, type Kernel } from '@passerby/backbones'
import type { Arrays } from '../../testing/comparison.ts'
import { loadPipelines, type Pipelines } from '../pipelines.ts'
import { REGIONS, type Region, type Storage } from '../prelude.ts'
import { assemble, type Call } from '../program.ts'
import type { ShaderName } from '../shaders.ts'
import { destroyRegions, fillRegions, readBuffer, runOnce } from './regions.ts'

/** A value that no kernel makes, around every operand; exact in float16. */
const FENCE = 12_344
const FENCE_SIZE = 16

/** A device as TensorFlow.js asks for it, with float16 where it has that. Throws an `Error` where there is none. */
export async function openDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter()
  if (!adapter) throw new Error('openDevice: no adapter')
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('shader-f16') ? ['shader-f16'] : [],
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
  })
  device.addEventListener('uncapturederror', ({ error }) => console.error(error.message))
  return device
}

export async function loadShaders(
  device: GPUDevice,
  names: readonly ShaderName[],
  { software = false, storage = 'f32' }: { readonly software?: boolean; readonly storage?: Storage } = {},
): Promise<Pipelines> {
  return loadPipelines(device, { storage, software, names: [...names, 'take', 'emit'] })
}

export interface ShaderRun {
  readonly operands: Arrays
  readonly sizes: Readonly<Record<string, number>>
  /** Whether dx lies where dy does. */
  readonly inPlace?: boolean
}

/**
 * Runs one kernel on given operands; what is in their places afterwards. Throws an `Error` where it wrote anywhere else or
 * the device refused. The workspace starts full of what is no number.
 */
export async function runShader(
  pipelines: Pipelines,
  kernel: Kernel,
  { operands, sizes, inPlace = false }: ShaderRun,
): Promise<Readonly<Record<string, Float32Array>>> {
  const { device } = pipelines
  const { reads, writes } = KERNELS[kernel]
  const memory = new Map<Region, number[]>(REGIONS.map((region) => [region, Array<number>(FENCE_SIZE).fill(FENCE)]))
  const spans = new Map<string, Span>()
  for (const name of [...reads, ...writes]) {
    const dy = spans.get('dy')
    spans.set(name, inPlace && name === 'dx' && dy ? dy : lay(memory, regionOf(kernel, name), operands[name]))
  }

  device.pushErrorScope('validation')
  // The arena's numbers pass through `exchange`, since they may be stored as float16.
  const arena = memory.get('arena') ?? []
  memory.set('exchange', arena)
  const copy = (shader: 'take' | 'emit'): Call => ({
    shader,
    operands: [{ region: 'arena', offset: 0 }],
    sizes: { count: arena.length },
  })
  const program = assemble(pipelines, [
    copy('take'),
    { shader: kernel, operands: [...spans.values()], sizes },
    copy('emit'),
  ])
  memory.set('workspace', Array<number>(program.workspace + 4).fill(Number.NaN))
  const regions = fillRegions(
    device,
    Object.fromEntries([...memory].map(([region, numbers]) => [region, Float32Array.from(numbers)])),
  )
  runOnce(device, program, program.bind(regions))
  const after = new Map<Region, Float32Array>()
  for (const region of REGIONS) after.set(region, await readBuffer(device, regions[region]))
  after.set('arena', after.get('exchange') ?? new Float32Array())
  const refusal = await device.popErrorScope()
  destroyRegions(regions)
  program.dispose()
  if (refusal) throw new Error(`runShader: ${refusal.message}`)

  const results: Record<string, Float32Array> = {}
  for (const [name, { region, offset, size }] of spans) {
    results[name] = (after.get(region) ?? new Float32Array()).slice(offset, offset + size)
  }
  for (const { region, offset, size } of spans.values()) after.get(region)?.fill(FENCE, offset, offset + size)
  for (const [region, numbers] of after) {
    if (region === 'workspace' || numbers.every((value) => value === FENCE)) continue
    throw new Error(`runShader: '${kernel}' wrote outside of its operands in ${region}`)
  }
  return results
}

interface Span {
  readonly region: Region
  readonly offset: number
  readonly size: number
}

/** Appends an operand and a fence to its region. */
function lay(memory: ReadonlyMap<Region, number[]>, region: Region, values: Float64Array): Span {
  const numbers = memory.get(region) ?? []
  const offset = numbers.length
  const padded = region === 'arena' ? Math.ceil(values.length / 4) * 4 : values.length
  numbers.push(...values, ...Array<number>(padded - values.length + FENCE_SIZE).fill(FENCE))
  return { region, offset, size: values.length }
}

/** Where a plan puts the operand of that name. */
function regionOf(kernel: Kernel, name: string): Region {
  if (name === 'mean' || name === 'variance') return kernel === 'batchNorm' ? 'statistics' : 'parameters'
  if (/^(w\d?|b\d|bias|gamma|beta)$/.test(name)) return 'parameters'
  return /^d(w\d?|b\d|bias|gamma|beta)$/.test(name) ? 'gradient' : 'arena'
}
