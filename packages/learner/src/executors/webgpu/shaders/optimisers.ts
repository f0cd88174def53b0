/**
 * One pass over flat buffers, as PyTorch computes it (`training/optimiser.ts` has the formulas): weights move by their
 * gradient, and the running statistics behind them towards the batch's, running ← 0.9·running + 0.1·batch.
 *
 * `state` starts with the settings of this step, in the order of the declarations here; then come the velocity, or the first
 * and the second moments. Where `clip` is 1, `squares` has left partial sums of gradient² in the workspace.
 */
import { BATCH_NORM_MOMENTUM } from '@passerby/backbones'
import { INVOCATIONS, oneForEach, type Shader } from './shader.ts'

/** Numbers of `state` before the optimiser's own. */
export const SETTINGS_SIZE = 16

/** As PyTorch's `clip_grad_norm_` has it. */
const CLIP_EPSILON = 1e-6

/** Partial sums: few, since every invocation of the next pass adds them up. */
const MOST_CHUNKS = 64

const chunksOf = ({ weights }: { readonly weights: number }) => Math.min(MOST_CHUNKS, Math.ceil(weights / INVOCATIONS))

/** Σ gradient², in at most 64 parts. */
export const squares: Shader<'weights'> = {
  workspace: chunksOf,
  passes: [
    {
      code: `
var<workgroup> parts: array<f32, 256>;
@compute @workgroup_size(256) fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32
) {
  var sum = 0.;
  for (var i = group.x * 256u + t; i < call.weights; i += groups.x * 256u) { sum += gradient[i] * gradient[i]; }
  parts[t] = sum;
  workgroupBarrier();
  if (t < 16u) { for (var other = t + 16u; other < 256u; other += 16u) { parts[t] += parts[other]; } }
  workgroupBarrier();
  if (t > 0u) { return; }
  sum = 0.;
  for (var other = 0u; other < 16u; other++) { sum += parts[other]; }
  workspace[group.x] = sum;
}`,
      workgroups: (sizes) => [chunksOf(sizes)],
    },
  ],
}

type OptimiserShader = Shader<'weights' | 'statistics' | 'clip' | 'nesterov'>

/** `move` finds the weight's `value` and decayed gradient `g`, and its own numbers at `i + SETTINGS`. */
const optimiser = (settings: readonly string[], move: string): OptimiserShader => ({
  derived: { chunks: chunksOf },
  passes: [
    {
      code: `
const SETTINGS = ${SETTINGS_SIZE}u;
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  ${['rate', 'decay', 'longest', ...settings].map((name, i) => `let ${name} = state[${i}];`).join('\n  ')}
  var scale = 1.;
  if (call.clip == 1u) {
    var sum = 0.;
    for (var chunk = 0u; chunk < call.chunks; chunk++) { sum += workspace[chunk]; }
    scale = min(1., longest / (sqrt(sum) + ${CLIP_EPSILON}));
  }
  let i = indexOf(id, groups);
  if (i < call.weights) {
    let value = parameters[i];
    let g = scale * gradient[i] + decay * value;
    ${move}
  } else if (i < call.weights + call.statistics) {
    parameters[i] = ${1 - BATCH_NORM_MOMENTUM} * parameters[i] + ${BATCH_NORM_MOMENTUM} * statistics[i - call.weights];
  }
}`,
      workgroups: ({ weights, statistics }) => oneForEach(weights + statistics),
    },
  ],
})

/** velocity ← momentum·velocity + g; value ← value − rate·(g + momentum·velocity), or − rate·velocity. */
export const sgd: OptimiserShader = optimiser(
  ['momentum'],
  `
    let velocity = momentum * state[SETTINGS + i] + g;
    state[SETTINGS + i] = velocity;
    parameters[i] = value - rate * select(velocity, g + momentum * velocity, call.nesterov == 1u);`,
)

/**
 * first ← β₁·first + (1 − β₁)·g, second ← β₂·second + (1 − β₂)·g², value ← value − rate·first / (√(second·unbias) + ε);
 * 1 / (1 − β₁ᵗ) is in `rate`, and `unbias` is 1 / (1 − β₂ᵗ).
 */
export const adam: OptimiserShader = optimiser(
  ['keepFirst', 'takeFirst', 'keepSecond', 'takeSecond', 'epsilon', 'unbias'],
  `
    let at = SETTINGS + i;
    let first = keepFirst * state[at] + takeFirst * g;
    let second = keepSecond * state[at + call.weights] + takeSecond * g * g;
    state[at] = first;
    state[at + call.weights] = second;
    parameters[i] = value - rate * first / (sqrt(second * unbias) + epsilon);`,
)
