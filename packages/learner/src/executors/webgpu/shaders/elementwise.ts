/**
 * add: y = a + b and relu: y = x, each with min(max(·, 0), ceiling) on top where there is an activation. reluGradient:
 * dx = dy where 0 < y < ceiling, else 0. Each of them number by number, so that results may go where an operand was.
 */
import { ACTIVATION } from './activation.ts'
import { oneForEach, type KernelShader } from './shader.ts'

const elementwise = (statement: string): KernelShader<'relu'> => ({
  wide: ({ count }) => count % 4 === 0,
  passes: [
    {
      code: `${ACTIVATION}
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = indexOf(id, groups);
  if (i * LANES >= call.count) { return; }
  ${statement}
}`,
      workgroups: ({ count }, lanes) => oneForEach(count / lanes),
    },
  ],
})

export const add: KernelShader<'add'> = elementwise('put(call.y + i, activated(at(call.a + i) + at(call.b + i)));')

export const relu: KernelShader<'relu'> = elementwise('put(call.y + i, activated(at(call.x + i)));')

export const reluGradient: KernelShader<'reluGradient'> = elementwise(
  'put(call.dx + i, passed(at(call.y + i), at(call.dy + i)));',
)
