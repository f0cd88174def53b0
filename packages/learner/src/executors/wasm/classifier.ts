import type { Span } from '@passerby/backbones'
import { tf } from '../../tf.ts'
import type { Classifier, ClassifierOptions } from '../../training/classifier.ts'
import { instantiate, type Instance } from './instance.ts'
import { layOut } from './memory.ts'
import { createOptimiserPass } from './optimiser-pass.ts'
import { linearPanels } from './workspace.ts'

/** Instances keep their memory, for the next classifier. */
const idle: Instance[] = []

/**
 * As `openClassifier` (training/classifier.ts) by the products that backbones have, in a memory of its own. TensorFlow.js's
 * take a tenth of a small backbone's training step, since they prepare their weights anew each time.
 */
export function openWasmClassifier(
  { values, embedding, optimiser }: ClassifierOptions,
  kernels: WebAssembly.Module,
): Classifier {
  const classes = values.length / (embedding + 1)
  const instance = idle.pop() ?? instantiate(kernels)
  const regions = layOut(instance.memory, instance.heapBase, { weight: values.length, statistic: 0 })
  const pass = createOptimiserPass(instance, regions)
  const [product, inputGradient] = [instance.kernel('biasedProduct'), instance.kernel('productInputGradient')]
  const [weightGradient, biasGradient] = [instance.kernel('productWeightGradient'), instance.kernel('biasGradient')]
  const [parameters, gradient] = [regions.all('parameters'), regions.all('gradient')]
  const [w, dw] = [regions.address(parameters), regions.address(gradient)]
  const biasAfter = (kernel: number) => kernel + Float32Array.BYTES_PER_ELEMENT * embedding * classes
  regions.view(parameters).set(values)
  for (const state of ['first', 'second'] as const) regions.view(regions.all(state)).fill(0)
  let wentBack = false
  let disposed = false

  /** The arena for a batch: embeddings, their gradient, logits or their gradient, and what products need. */
  const placesFor = (rows: number) => {
    const sizes = [
      rows * embedding,
      rows * embedding,
      rows * classes,
      linearPanels({ inner: embedding, columns: classes }),
    ]
    let offset = 0
    const [x, dx, y, panels] = sizes.map((size): Span => {
      const place = { label: '', region: 'arena', offset, size } as const
      offset += size
      return place
    })
    regions.fitArena(offset)
    return { x, dx, y, panels }
  }

  return {
    classify: (embeddings) =>
      tf.customGrad((...inputs) => {
        const [embeddings] = inputs as [tf.Tensor2D]
        const rows = embeddings.shape[0]
        const matrices = [rows, embedding, classes] as const
        const { x, dx, y, panels } = placesFor(rows)
        const numbers = embeddings.dataSync<'float32'>()
        regions.view(x).set(numbers)
        const [xAt, dxAt, yAt, panelsAt] = [x, dx, y, panels].map((place) => regions.address(place))
        product(xAt, w, biasAfter(w), yAt, panelsAt, ...matrices)
        return {
          value: tf.tensor2d(regions.view(y).slice(), [rows, classes]),
          gradFunc: (dLogits: tf.Tensor) => {
            // Another batch may have been classified since.
            regions.view(x).set(numbers)
            regions.view(y).set(dLogits.dataSync<'float32'>())
            if (!wentBack) regions.view(gradient).fill(0)
            inputGradient(yAt, w, dxAt, panelsAt, ...matrices, 0)
            weightGradient(xAt, yAt, dw, panelsAt, ...matrices)
            biasGradient(yAt, biasAfter(dw), rows, classes)
            wentBack = true
            return tf.tensor2d(regions.view(dx).slice(), [rows, embedding])
          },
        }
      })(embeddings) as tf.Tensor2D,
    update(rate) {
      if (wentBack) pass.step(optimiser, rate)
      wentBack = false
    },
    read: async () => regions.view(parameters).slice(),
    dispose() {
      // A second time the instance may be another classifier's.
      if (!disposed) idle.push(instance)
      disposed = true
    },
  }
}
