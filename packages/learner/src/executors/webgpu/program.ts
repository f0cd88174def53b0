/** Calls of shaders put into a row once, so that running them is encoding alone. */
import { REGIONS, type Region } from './prelude.ts'
import { CALL_BYTES, type Pipelines } from './pipelines.ts'
import type { ShaderName } from './shaders.ts'
import type { Sizes } from './shaders/shader.ts'

/** One call: where its operands start, in numbers, in the order of its signature, and its sizes by name. */
export interface Call {
  readonly shader: ShaderName
  readonly operands: readonly { readonly region: Region; readonly offset: number }[]
  readonly sizes: Sizes<string>
}

export interface Program {
  /** Numbers of `workspace` that its calls need. */
  readonly workspace: number
  readonly calls: number
  /** How many dispatches a run makes. */
  readonly dispatches: number
  /** Bind it to the regions' buffers, once for as long as these stay. */
  bind(buffers: Readonly<Record<Region, GPUBuffer>>): GPUBindGroup
  /** Encodes all calls into a pass. */
  run(pass: GPUComputePassEncoder, group: GPUBindGroup): void
  /** Encodes each call into a pass of its own, which `passOf` begins. */
  runApart(passOf: (shader: ShaderName) => GPUComputePassEncoder, group: GPUBindGroup): void
  dispose(): void
}

/** Throws `RangeError` for an arena operand that does not start where its shader reads it from. */
export function assemble(pipelines: Pipelines, calls: readonly Call[]): Program {
  const { device, layout } = pipelines
  const numbers = new Uint32Array((Math.max(calls.length, 1) * CALL_BYTES) / 4)
  const planned = calls.map((call, index) => {
    const { lanes, sizes, workspace, dispatches } = pipelines.plan(call.shader, call.sizes)
    const starts = call.operands.map(({ region, offset }) => (region === 'arena' ? offset / lanes : offset))
    if (!starts.every(Number.isInteger)) throw new RangeError(`assemble: an operand of '${call.shader}' is not aligned`)
    numbers.set([...starts, ...sizes], (index * CALL_BYTES) / 4)
    return { workspace, dispatches }
  })
  const uniform = device.createBuffer({
    label: 'calls',
    size: numbers.byteLength,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  })
  device.queue.writeBuffer(uniform, 0, numbers)

  const runs = planned.map(({ dispatches }, index) => (pass: GPUComputePassEncoder, group: GPUBindGroup) => {
    pass.setBindGroup(0, group, [index * CALL_BYTES])
    for (const { pipeline, workgroups } of dispatches) {
      pass.setPipeline(pipeline)
      pass.dispatchWorkgroups(...workgroups)
    }
  })
  return {
    workspace: Math.max(0, ...planned.map((call) => call.workspace)),
    calls: calls.length,
    dispatches: planned.reduce((sum, call) => sum + call.dispatches.length, 0),
    bind: (buffers) =>
      device.createBindGroup({
        layout,
        entries: [
          ...REGIONS.map((region, binding) => ({ binding, resource: { buffer: buffers[region] } })),
          { binding: REGIONS.length, resource: { buffer: uniform, size: CALL_BYTES } },
        ],
      }),
    run: (pass, group) => runs.forEach((run) => run(pass, group)),
    runApart(passOf, group) {
      runs.forEach((run, index) => {
        const pass = passOf(calls[index].shader)
        run(pass, group)
        pass.end()
      })
    },
    dispose: () => uniform.destroy(),
  }
}
