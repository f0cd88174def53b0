import { preludeOf, REGIONS, type Signature, type Storage } from './prelude.ts'
import { declarationOf, shadersOf, SHADERS, type ShaderName } from './shaders.ts'
import type { LaneCount, Shader, Sizes } from './shaders/shader.ts'

/** Shaders compiled for a device. All share one layout of bindings, so that a whole pass needs one bind group. */
export interface Pipelines {
  readonly device: GPUDevice
  readonly storage: Storage
  readonly layout: GPUBindGroupLayout
  /** What one call of a shader comes to. Throws `RangeError` for a shader that was not loaded. */
  plan(name: ShaderName, sizes: Sizes<string>): PlannedCall
}

export interface PlannedCall {
  /** Arena offsets are counted in as many numbers. */
  readonly lanes: LaneCount
  /** What its uniform says behind the operands. */
  readonly sizes: readonly number[]
  /** Numbers of `workspace` that it needs. */
  readonly workspace: number
  readonly dispatches: readonly Dispatch[]
}

export interface Dispatch {
  readonly pipeline: GPUComputePipeline
  readonly workgroups: readonly [x: number, y: number, z: number]
}

export interface LoadOptions {
  readonly storage: Storage
  /** Whether a processor plays the graphics card. */
  readonly software: boolean
  readonly names: readonly ShaderName[]
}

/** The uniform of one call; also what WebGPU wants dynamic offsets to be multiples of. */
export const CALL_BYTES = 256

/** Compiles shaders, all at once, by default every one. Throws an `Error` for one that does not compile. */
export async function loadPipelines(device: GPUDevice, options: LoadOptions): Promise<Pipelines> {
  const { storage, software, names } = options
  const usable = (name: ShaderName) => shadersOf(name).filter((shader) => !(software && shader.inWorkgroupMemory))
  const layout = device.createBindGroupLayout({
    entries: [
      ...REGIONS.map((_, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: 'storage' } as const,
      })),
      {
        binding: REGIONS.length,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: CALL_BYTES },
      },
    ],
  })
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] })
  const compile = async (code: string, label: string) => {
    const module = device.createShaderModule({ label, code })
    try {
      return await device.createComputePipelineAsync({ label, layout: pipelineLayout, compute: { module } })
    } catch (cause) {
      const { messages } = await module.getCompilationInfo()
      const why = messages.map(({ message, lineNum }) => `line ${lineNum}: ${message}`)
      throw new Error(`The shader '${label}' does not compile here. ${why.join(' ')}`, { cause })
    }
  }

  const compiled = new Map<Shader, ReadonlyMap<LaneCount, readonly GPUComputePipeline[]>>()
  const compileShader = async (name: ShaderName, shader: Shader) => {
    const byLanes = lanesOf(shader).map(async (lanes) => {
      const prelude = preludeOf(signatureOf(name, shader), lanes, storage)
      const codes = shader.passes.map(({ code }) => prelude + (typeof code === 'string' ? code : code(lanes)))
      return [lanes, await Promise.all(codes.map((code) => compile(code, `${name} by ${lanes}`)))] as const
    })
    compiled.set(shader, new Map(await Promise.all(byLanes)))
  }
  await Promise.all(names.flatMap((name) => usable(name).map((shader) => compileShader(name, shader))))

  return {
    device,
    storage,
    layout,
    plan(name, sizes) {
      const shader = usable(name).find((one) => one.fits?.(sizes) ?? true)
      const lanes = shader?.wide?.(sizes) ? 4 : 1
      const pipelines = shader && compiled.get(shader)?.get(lanes)
      if (!pipelines) throw new RangeError(`plan: the shader '${name}' is not loaded`)
      const dispatches = shader.passes.map((pass, index): Dispatch => {
        const [x, y = 1, z = 1] = pass.workgroups(sizes, lanes)
        return { pipeline: pipelines[index], workgroups: [x, y, z] }
      })
      return {
        lanes,
        sizes: sizesInCall(name, shader, sizes),
        workspace: shader.workspace?.(sizes) ?? 0,
        dispatches: dispatches.filter(({ workgroups }) => Math.min(...workgroups) > 0),
      }
    },
  }
}

/** Every shader's name. */
export const ALL_SHADERS = Object.keys(SHADERS) as ShaderName[]

function lanesOf(shader: Shader): readonly LaneCount[] {
  return shader.wide ? [1, 4] : [1]
}

function signatureOf(name: ShaderName, shader: Shader): Signature {
  const { operands, sizes } = declarationOf(name)
  return { operands, sizes: [...sizes, ...Object.keys(shader.derived ?? {})] }
}

function sizesInCall(name: ShaderName, shader: Shader, sizes: Sizes<string>): readonly number[] {
  const derived = Object.values(shader.derived ?? {}).map((from) => from(sizes))
  return [...declarationOf(name).sizes.map((size) => sizes[size]), ...derived]
}
