import { describe, expect, it } from 'vitest'
import { countDeviceCalls } from './counts.ts'
import { heldMemory, watchMemory } from './held.ts'

async function openDevice(): Promise<GPUDevice> {
  const device = await (await navigator.gpu.requestAdapter())?.requestDevice()
  if (!device) throw new Error('Chromium gives no WebGPU adapter here.')
  return device
}

describe('on a graphics device', () => {
  it('dispatches, submits and bytes are counted, whoever asks for them', async () => {
    const device = await openDevice()
    const code =
      '@group(0) @binding(0) var<storage, read_write> x: array<f32>; @compute @workgroup_size(1) fn f() { x[0] += 1; }'
    const pipeline = device.createComputePipeline({
      layout: 'auto',
      compute: { module: device.createShaderModule({ code }) },
    })
    const usage = GPUBufferUsage
    const buffer = device.createBuffer({ size: 64, usage: usage.STORAGE | usage.COPY_DST | usage.COPY_SRC })
    const counts = await countDeviceCalls(async () => {
      device.queue.writeBuffer(buffer, 0, new Float32Array(4))
      device.queue.writeBuffer(buffer, 0, new Float32Array(4), 2)
      device.queue.writeBuffer(buffer, 0, new ArrayBuffer(32), 4, 8)
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      const layout = pipeline.getBindGroupLayout(0)
      pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] }))
      for (let n = 0; n < 3; n++) pass.dispatchWorkgroups(1)
      pass.end()
      const staging = device.createBuffer({ size: 16, usage: usage.MAP_READ | usage.COPY_DST })
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, 16)
      device.queue.submit([encoder.finish()])
      await staging.mapAsync(GPUMapMode.READ)
      expect(new Float32Array(staging.getMappedRange())[0]).toBe(3)
      device.createBuffer({ size: 128, usage: usage.COPY_SRC, mappedAtCreation: true }).unmap()
    })
    expect(counts).toEqual({ dispatches: 3, submits: 1, uploaded: 16 + 8 + 8 + 128, readBack: 16 })
    device.queue.submit([])
    expect(counts?.submits).toBe(1)
    device.destroy()
  })

  it('bytes are held from the making of a buffer to its end', async () => {
    watchMemory()
    const device = await openDevice()
    const before = heldMemory()
    const buffers = [256, 1024].map((size) => device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }))
    expect(heldMemory().deviceBytes - before.deviceBytes).toBe(1280)
    for (const buffer of [buffers[1], buffers[1]]) buffer.destroy()
    expect(heldMemory().deviceBytes - before.deviceBytes).toBe(256)
    expect(heldMemory().deviceBytesAtMost).toBeGreaterThanOrEqual(before.deviceBytes + 1280)
    device.destroy()
  })
})
