/**
 * What a shader's WGSL finds declared:
 *
 * - `call`: of u32, where each operand starts and every size, named as in `KERNELS`: `call.x`, `call.rows`.
 * - `at(call.x + i) -> Lanes` and `put(call.y + i, value)`: numbers of the arena, `LANES` at a time and counted in that
 *   many, stored as float32 or float16; all arithmetic is float32.
 * - `parameters`, `gradient`, `statistics`, `state`, `workspace`, `exchange`: arrays of f32, and `crops`, of u32. Which of them
 *   an operand is in is the kernel's to know: `parameters[call.w + j]`. `parametersAt(call.gamma + c) -> Lanes` reads `LANES`
 *   from c on, counted singly; so for `gradient`, `statistics` and `workspace`, which have `gradientPut(i, value)` too.
 * - `indexOf(id, groups)`: the count of this invocation where `oneForEach` said how many there are.
 *
 * Every region is bound once and whole, so that operands may be the same memory; reading beyond a region's end is defined
 * (some value of it), writing there has no effect: a shader guards only what would harm another operand.
 */
import { INVOCATIONS, type LaneCount } from './shaders/shader.ts'

/** The regions in the order of their bindings. */
export const REGIONS = [
  'arena',
  'parameters',
  'gradient',
  'statistics',
  'state',
  'workspace',
  'exchange',
  'crops',
] as const
export type Region = (typeof REGIONS)[number]

/** How numbers of the arena are kept. */
export type Storage = 'f32' | 'f16'

/** The names in a call's uniform, in order. */
export interface Signature {
  readonly operands: readonly string[]
  readonly sizes: readonly string[]
}

/** The declarations in front of a shader's code. */
export function preludeOf({ operands, sizes }: Signature, lanes: LaneCount, storage: Storage): string {
  const type = lanes === 4 ? 'vec4f' : 'f32'
  const elements = (region: Region) => {
    if (region === 'crops') return 'u32'
    if (region !== 'arena') return 'f32'
    return lanes === 4 ? 'vec4<Stored>' : 'Stored'
  }
  const puts = Array.from(
    { length: lanes },
    (_, lane) => `REGION[i + ${lane}u] = value${lanes === 4 ? `[${lane}]` : ''};`,
  )
  const spread = Array.from({ length: lanes }, (_, lane) => `REGION[i + ${lane}u]`).join(', ')
  return `${storage === 'f16' ? 'enable f16;' : ''}
alias Stored = ${storage};
alias Lanes = ${type};
const LANES = ${lanes}u;
struct Call { ${[...operands, ...sizes].map((name) => `${name}: u32,`).join(' ')} }
${REGIONS.map((region, binding) => `@group(0) @binding(${binding}) var<storage, read_write> ${region}: array<${elements(region)}>;`).join('\n')}
@group(0) @binding(${REGIONS.length}) var<uniform> call: Call;
fn at(i: u32) -> Lanes { return Lanes(arena[i]); }
fn put(i: u32, value: Lanes) { arena[i] = ${lanes === 4 ? 'vec4<Stored>' : 'Stored'}(value); }
${['parameters', 'gradient', 'statistics', 'workspace'].map((region) => `fn ${region}At(i: u32) -> Lanes { return Lanes(${spread.replaceAll('REGION', region)}); }`).join('\n')}
${['gradient', 'statistics', 'workspace'].map((region) => `fn ${region}Put(i: u32, value: Lanes) { ${puts.join(' ').replaceAll('REGION', region)} }`).join('\n')}
fn indexOf(id: vec3u, groups: vec3u) -> u32 { return id.x + id.y * groups.x * ${INVOCATIONS}u; }
`
}
