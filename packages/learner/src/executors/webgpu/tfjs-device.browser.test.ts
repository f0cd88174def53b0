import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { tf } from '../../tf.ts'
import { tfjsDevice } from './tfjs-device.ts'

beforeAll(() => useBackend('webgpu'))

describe("TensorFlow.js's WebGPU backend as we use it", () => {
  it('gives the numbers of a tensor that its gathered commands make', async () => {
    const tfjs = tfjsDevice()
    const sum = tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, 4]))
    const { tensor, buffer } = tfjs.emptyTensor([1, 2])
    const from = tfjs.bufferOf(sum)
    tfjs.flush()
    const encoder = tfjs.device.createCommandEncoder()
    encoder.copyBufferToBuffer(from, 0, buffer, 0, 8)
    tfjs.device.queue.submit([encoder.finish()])
    expect(await tf.mul(tensor, 2).array()).toEqual([[8, 12]])
    tf.dispose([sum, tensor])
  })

  it('takes a tensor of ours back into its memory when that is disposed', () => {
    const tfjs = tfjsDevice()
    const before = tf.memory()
    tfjs.emptyTensor([3, 5]).tensor.dispose()
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes })
    expect(tfjs.emptyTensor([3, 5]).tensor.shape).toEqual([3, 5])
  })

  it('is refused where another backend is current', async () => {
    await tf.setBackend('cpu')
    expect(tfjsDevice).toThrow(TypeError)
    await tf.setBackend('webgpu')
  })
})
