/**
 * WGSL for the activation on top of a kernel, min(max(·, 0), ceiling) where `call.ceiling` is not 0:
 * `activated(value) -> Lanes`, and `passed(y, dy) -> Lanes`, its gradient from its result: dy where 0 < y < ceiling, else 0.
 */
import { NO_CEILING } from '@passerby/backbones'

export const ACTIVATION = `
fn top() -> Lanes { return Lanes(select(f32(call.ceiling), 3.4028234e38, call.ceiling == ${NO_CEILING}u)); }
fn activated(value: Lanes) -> Lanes { return select(value, clamp(value, Lanes(0), top()), call.ceiling > 0u); }
fn passed(y: Lanes, dy: Lanes) -> Lanes {
  return select(dy, select(Lanes(0), dy, (y > Lanes(0)) & (y < top())), call.ceiling > 0u);
}`
