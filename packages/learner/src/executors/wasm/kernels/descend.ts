/**
 * Stochastic gradient descent with momentum and weight decay over one flat buffer, as PyTorch's SGD:
 *   g ← gradient + decay·w,  v ← momentum·v + g,  w ← w − rate·(g + momentum·v where `nesterov`, else v).
 */
import { multiplyAdd, loadLanes, storeLanes } from './lanes'

export function descend(
  gradient: usize,
  weights: usize,
  velocity: usize,
  count: i32,
  rate: f32,
  momentum: f32,
  decay: f32,
  nesterov: i32,
): void {
  const rates = f32x4.splat(rate)
  const momenta = f32x4.splat(momentum)
  const decays = f32x4.splat(decay)
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    const w = loadLanes(weights + at, lanes)
    const g = multiplyAdd(loadLanes(gradient + at, lanes), decays, w)
    const v = multiplyAdd(g, momenta, loadLanes(velocity + at, lanes))
    storeLanes(velocity + at, v, lanes)
    const step = nesterov ? multiplyAdd(g, momenta, v) : v
    storeLanes(weights + at, f32x4.sub(w, f32x4.mul(rates, step)), lanes)
  }
}
