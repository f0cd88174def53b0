import type { Protocol } from '../../experiment/protocol.ts'

/** Of models that are measured in the same rounds; the global one is measured in more of them than own ones. */
export const PROTOCOL: Protocol = 'best-of-three'
/** What every arm is held against, as the experiments call it. */
export const FEDPAV = 'FedPav'
