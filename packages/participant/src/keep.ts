import type { SealedUpdate } from '@passerby/privacy'
import type { Report } from '@passerby/protocol'

/** A finished update that is not settled yet, and what is told beside it. */
export interface KeptUpload {
  readonly sealed: SealedUpdate
  readonly report: Report
}

/** What outlives a reload. `pin`: fingerprint of the root key that was trusted first. */
export interface Kept {
  readonly identity: CryptoKeyPair
  readonly pin: string
  readonly upload: KeptUpload
}

/** Where one client of one federation keeps its pieces. Every method rejects with `ParticipantError` `storage`. */
export interface Keep {
  /** Whether keys are kept as bytes, so that they must be extractable. */
  readonly exportsKeys: boolean
  read<Name extends keyof Kept>(name: Name): Promise<Kept[Name] | undefined>
  write<Name extends keyof Kept>(name: Name, value: Kept[Name]): Promise<void>
  remove(name: keyof Kept): Promise<void>
  close(): Promise<void>
}
