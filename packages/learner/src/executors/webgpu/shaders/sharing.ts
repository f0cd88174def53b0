/**
 * Sums over many pixels for each channel: sixteen invocations of a workgroup share a channel and add up through workgroup
 * memory, or, where that is slow, each has a channel to itself.
 */
import type { Shader } from './shader.ts'

export interface Sharing {
  /** Channels that a workgroup has at work. */
  readonly channels: number
  /** Invocations for each of them. */
  readonly lanes: number
}

const SHARED: Sharing = { channels: 16, lanes: 16 }
const ALONE: Sharing = { channels: 64, lanes: 1 }

export function sharedOrAlone<Size extends string>(build: (sharing: Sharing) => Shader<Size>): readonly Shader<Size>[] {
  return [{ ...build(SHARED), inWorkgroupMemory: true }, build(ALONE)]
}

/** The start of such a pass: `t`, `lane` and `channel`, of the workgroup in column `group.x`. */
export const mainOf = ({ channels, lanes }: Sharing) => `
@compute @workgroup_size(${channels * lanes}) fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32
) {
  let lane = t / ${channels}u;
  let channel = group.x * ${channels}u + t % ${channels}u;`
