import { machineMemory } from '#memory'

/** Taken for granted where a machine does not tell. */
const USUAL = 4 * 2 ** 30

/** Bytes that a training step on the processor may take: half of the machine's memory, for other work goes on there. */
export function lentMemory(): number {
  return (machineMemory() ?? USUAL) / 2
}
