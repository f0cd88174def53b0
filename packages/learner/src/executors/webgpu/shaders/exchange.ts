/** Numbers between the arena, as they are stored there, and `exchange`, float32: `emit` out of the arena, `take` into it. */
import { oneForEach, type Shader } from './shader.ts'

const copy = (statement: string): Shader<'count'> => ({
  passes: [
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = indexOf(id, groups);
  if (i < call.count) { ${statement} }
}`,
      workgroups: ({ count }) => oneForEach(count),
    },
  ],
})

export const emit: Shader<'count'> = copy('exchange[i] = at(call.values + i);')
export const take: Shader<'count'> = copy('put(call.values + i, exchange[i]);')
