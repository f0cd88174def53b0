import { REGIONS, type Region } from '../prelude.ts'
import type { Program } from '../program.ts'

export type Regions = Readonly<Record<Region, GPUBuffer>>

/** A buffer for each region, with these numbers in it; 16 zeros where none are given. */
export function fillRegions(
  device: GPUDevice,
  memory: Readonly<Partial<Record<Region, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>>>,
): Regions {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const entries = REGIONS.map((region) => {
    const numbers = memory[region] ?? new Float32Array(16)
    const buffer = device.createBuffer({ label: region, size: numbers.byteLength, usage })
    device.queue.writeBuffer(buffer, 0, numbers)
    return [region, buffer] as const
  })
  return Object.fromEntries(entries) as Record<Region, GPUBuffer>
}

export function destroyRegions(regions: Regions): void {
  for (const buffer of Object.values(regions)) buffer.destroy()
}

/** Runs a program once, in a submission of its own. */
export function runOnce(device: GPUDevice, program: Program, group: GPUBindGroup): void {
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  program.run(pass, group)
  pass.end()
  device.queue.submit([encoder.finish()])
}

export async function readBuffer(device: GPUDevice, from: GPUBuffer): Promise<Float32Array<ArrayBuffer>> {
  const staging = device.createBuffer({ size: from.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(from, 0, staging, 0, from.size)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(GPUMapMode.READ)
  const values = new Float32Array(staging.getMappedRange().slice(0))
  staging.destroy()
  return values
}
