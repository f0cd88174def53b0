/**
 * Softmax cross-entropy for WebGPU in three dispatches: for each row, in a workgroup of its own, m = max x,
 * z = log Σ e^(x − m) and the loss z − Σ target·(x − m); their mean; and the gradient (e^(x − m − z) − target)·dy / batch.
 */
import { tf } from '../../tf.ts'
import { runProgram, WORKGROUP, type TensorProgram } from './tfjs-program.ts'

const rows: TensorProgram = {
  name: 'cross-entropy rows',
  inputs: ['logits', 'targets'],
  code: `
struct Part { largest: f32, exponentials: f32, weighted: f32, weight: f32 }
var<workgroup> parts: array<Part, ${WORKGROUP}>;
fn main(index: i32) {
  let t = i32(localId.x);
  let row = i32(workgroupId.x);
  let classes = uniforms.logitsShape.y;
  var part = Part(-3.4e38, 0, 0, 0);
  for (var i = row * classes + t; i < (row + 1) * classes; i += ${WORKGROUP}) { part.largest = max(part.largest, logits[i]); }
  for (var i = row * classes + t; i < (row + 1) * classes; i += ${WORKGROUP}) {
    part.exponentials += exp(logits[i] - part.largest);
    part.weighted += targets[i] * (logits[i] - part.largest);
    part.weight += targets[i];
  }
  parts[t] = part;
  workgroupBarrier();
  if (t > 0) { return; }
  let used = min(classes, ${WORKGROUP});
  var largest = part.largest;
  for (var other = 1; other < used; other++) { largest = max(largest, parts[other].largest); }
  var exponentials = 0.;
  var weighted = 0.;
  for (var other = 0; other < used; other++) {
    let below = parts[other].largest - largest;
    exponentials += parts[other].exponentials * exp(below);
    weighted += parts[other].weighted + parts[other].weight * below;
  }
  result[row * 3] = largest;
  result[row * 3 + 1] = log(exponentials);
  result[row * 3 + 2] = log(exponentials) - weighted;
}`,
}

const mean: TensorProgram = {
  name: 'cross-entropy mean',
  inputs: ['rows'],
  code: `
var<workgroup> parts: array<f32, ${WORKGROUP}>;
fn main(index: i32) {
  let t = i32(localId.x);
  var sum = 0.;
  for (var row = t; row < uniforms.rowsShape.x; row += ${WORKGROUP}) { sum += rows[row * 3 + 2]; }
  parts[t] = sum;
  workgroupBarrier();
  if (t > 0) { return; }
  for (var other = 1; other < ${WORKGROUP}; other++) { sum += parts[other]; }
  result[0] = sum / f32(uniforms.rowsShape.x);
}`,
}

const gradient: TensorProgram = {
  name: 'cross-entropy gradient',
  inputs: ['logits', 'targets', 'rows', 'dy'],
  code: `
fn main(index: i32) {
  let batch = uniforms.logitsShape.x;
  let classes = uniforms.logitsShape.y;
  if (index >= batch * classes) { return; }
  let row = index / classes;
  let softmax = exp(logits[index] - rows[row * 3] - rows[row * 3 + 1]);
  result[index] = (softmax - targets[index]) * dy[0] / f32(batch);
}`,
}

/** As `crossEntropy` (training/loss.ts), where WebGPU is the current backend. */
export function crossEntropyOnDevice(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const [batch, classes] = logits.shape
  return tf.customGrad((...inputs) => {
    // TensorFlow.js types the trailing `save` as one more tensor.
    const [logits, save] = inputs as unknown as [tf.Tensor2D, tf.GradSaveFunc]
    const sums = runProgram(rows, [batch, 3], { inputs: [logits, targets], workgroups: batch })
    save([logits, sums])
    return {
      value: runProgram(mean, [], { inputs: [sums], workgroups: 1 }),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [logits, sums] = saved
        const workgroups = Math.ceil((batch * classes) / WORKGROUP)
        return runProgram(gradient, [batch, classes], { inputs: [logits, targets, sums, dy], workgroups })
      },
    }
  })(logits) as tf.Scalar
}
