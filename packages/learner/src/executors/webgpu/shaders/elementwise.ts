/**
 * add: y = a + b, max(a + b, 0) where `relu`. relu: y = max(x, 0). reluGradient: dx = dy where y > 0, else 0. Each of them
 * number by number, so that results may go where an operand was.
 */
import { oneForEach, type KernelShader } from './shader.ts'

const elementwise = (statement: string): KernelShader<'relu'> => ({
  wide: ({ count }) => count % 4 === 0,
  passes: [
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = indexOf(id, groups);
  if (i * LANES >= call.count) { return; }
  ${statement}
}`,
      workgroups: ({ count }, lanes) => oneForEach(count / lanes),
    },
  ],
})

export const add: KernelShader<'add'> = elementwise(`
  let sum = at(call.a + i) + at(call.b + i);
  put(call.y + i, select(sum, max(sum, Lanes(0)), call.relu == 1u));`)

export const relu: KernelShader<'relu'> = elementwise('put(call.y + i, max(at(call.x + i), Lanes(0)));')

export const reluGradient: KernelShader<'reluGradient'> = elementwise(
  'put(call.dx + i, select(Lanes(0), at(call.dy + i), at(call.y + i) > Lanes(0)));',
)
