import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { tf } from '../../tf.ts'
import { tfjsDevice } from './tfjs-device.ts'

beforeAll(() => useBackend('webgpu'))

describe("TensorFlow.js's WebGPU backend as we use it", () => {
  it('gives the numbers of a tensor that its gathered commands make', async () => {
    const { device, bufferOf, emptyTensor, flush } = tfjsDevice()
    const sum = tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, 4]))
    const { tensor, buffer } = emptyTensor([1, 2])
    const from = bufferOf(sum)
    flush()
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(from, 0, buffer, 0, 8)
    device.queue.submit([encoder.finish()])
    expect(await tf.mul(tensor, 2).array()).toEqual([[8, 12]])
    tf.dispose([sum, tensor])
  })

  it('takes a tensor of ours back into its memory when that is disposed', () => {
    const { emptyTensor } = tfjsDevice()
    const before = tf.memory()
    emptyTensor([3, 5]).tensor.dispose()
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes })
    expect(emptyTensor([3, 5]).tensor.shape).toEqual([3, 5])
  })

  it('is refused where another backend is current', async () => {
    await tf.setBackend('cpu')
    expect(tfjsDevice).toThrow(TypeError)
    await tf.setBackend('webgpu')
  })
})
