import { totalmem } from 'node:os'

/** Bytes of memory in this machine. */
export function machineMemory(): number | undefined {
  return totalmem()
}
