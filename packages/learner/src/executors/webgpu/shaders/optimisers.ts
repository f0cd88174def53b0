/**
 * One pass over flat buffers, as PyTorch computes it (`training/optimiser.ts` has the formulas): weights move by their
 * gradient, and the running statistics behind them towards the batch's, running ← 0.9·running + 0.1·batch.
 *
 * `state` starts with the settings of this step; then come the velocity, or the first and the second moments, and where
 * `proximal` is not 0 what the weights were at first. Where `clip` is 1, `squares` has left partial sums of gradient² in the
 * workspace.
 */
import { BATCH_NORM_MOMENTUM } from '@passerby/backbones'
import { CLIP_EPSILON, type Optimiser } from '../../../training/optimiser.ts'
import { INVOCATIONS, oneForEach, type Shader } from './shader.ts'

/** Numbers of `state` kept for settings, before the optimiser's own. */
export const SETTINGS_SIZE = 16

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

/** The numbers that an optimiser is set to for a step, in their order; `longest` is the length at which gradients are clipped. */
export const SETTINGS = {
  sgd: ['rate', 'decay', 'proximal', 'longest', 'momentum', 'nesterov'],
  adam: [
    'rate',
    'decay',
    'proximal',
    'longest',
    'keepFirst',
    'takeFirst',
    'keepSecond',
    'takeSecond',
    'epsilon',
    'unbias',
  ],
} as const satisfies Readonly<Record<Optimiser['kind'], readonly string[]>>

/** How many numbers an optimiser has of its own for each weight. */
export const MOMENTS = { sgd: 1, adam: 2 } as const satisfies Readonly<Record<Optimiser['kind'], number>>

/** What a proximal term adds to the gradient `g` of the weight at `value`, which was `start` at first. */
export const pull = (value: string, start: string) => `g += proximal * (${value} - ${start});`

/** What a step does with the weight at `value`, its decayed gradient `g`, and the optimiser's own numbers for it. */
export const MOVES: Readonly<Record<Optimiser['kind'], (value: string, first: string, second: string) => string>> = {
  /** velocity ← momentum·velocity + g; value ← value − rate·(g + momentum·velocity with Nesterov, else velocity) */
  sgd: (value, velocity) => `
    ${velocity} = momentum * ${velocity} + g;
    ${value} -= rate * select(${velocity}, g + momentum * ${velocity}, nesterov == 1);`,
  /**
   * first ← β₁·first + (1 − β₁)·g, second ← β₂·second + (1 − β₂)·g², value ← value − rate·first / (√(second·unbias) + ε);
   * 1 / (1 − β₁ᵗ) is in `rate`, and `unbias` is 1 / (1 − β₂ᵗ).
   */
  adam: (value, first, second) => `
    ${first} = keepFirst * ${first} + takeFirst * g;
    ${second} = keepSecond * ${second} + takeSecond * g * g;
    ${value} -= rate * ${first} / (sqrt(${second} * unbias) + epsilon);`,
}

type OptimiserShader = Shader<'weights' | 'statistics' | 'clip'>

const optimiser = (kind: Optimiser['kind']): OptimiserShader => ({
  derived: { chunks: chunksOf },
  passes: [
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  ${SETTINGS[kind].map((name, i) => `let ${name} = state[${i}];`).join('\n  ')}
  var scale = 1.;
  if (call.clip == 1u) {
    var sum = 0.;
    for (var chunk = 0u; chunk < call.chunks; chunk++) { sum += workspace[chunk]; }
    scale = min(1., longest / (sqrt(sum) + ${CLIP_EPSILON}));
  }
  let i = indexOf(id, groups);
  if (i < call.weights) {
    var g = scale * gradient[i] + decay * parameters[i];
    let own = ${SETTINGS_SIZE}u + i;
    if (proximal != 0.) { ${pull('parameters[i]', `state[own + ${MOMENTS[kind]}u * call.weights]`)} }
    ${MOVES[kind]('parameters[i]', 'state[own]', 'state[own + call.weights]')}
  } else if (i < call.weights + call.statistics) {
    parameters[i] = ${1 - BATCH_NORM_MOMENTUM} * parameters[i] + ${BATCH_NORM_MOMENTUM} * statistics[i - call.weights];
  }
}`,
      workgroups: ({ weights, statistics }) => oneForEach(weights + statistics),
    },
  ],
})

export const sgd: OptimiserShader = optimiser('sgd')
export const adam: OptimiserShader = optimiser('adam')
