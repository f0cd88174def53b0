import { env, InferenceSession, Tensor } from 'onnxruntime-web'

/** Images `[batch, height, width, 3]`, normalised. */
export interface Images {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly values: Float32Array
}

/** The first output of an ONNX file for images, row by row, by onnxruntime on one thread. */
export async function embedByOnnxruntime(file: Uint8Array, images: Images): Promise<Float32Array> {
  env.wasm.numThreads = 1
  const session = await InferenceSession.create(file)
  try {
    const { batch, height, width } = images
    const input = new Tensor('float32', planes(images), [batch, 3, height, width])
    const outputs = await session.run({ [session.inputNames[0]]: input })
    const embeddings = await outputs[session.outputNames[0]].getData()
    if (embeddings instanceof Float32Array) return embeddings
    throw new TypeError('the file gives no floats')
  } finally {
    await session.release()
  }
}

/** NHWC as NCHW. */
function planes({ batch, height, width, values }: Images): Float32Array {
  const turned = new Float32Array(values.length)
  const size = height * width
  for (let image = 0; image < batch; image++) {
    for (let pixel = 0; pixel < size; pixel++) {
      for (let channel = 0; channel < 3; channel++)
        turned[(image * 3 + channel) * size + pixel] = values[(image * size + pixel) * 3 + channel]
    }
  }
  return turned
}
