import { hex, sha256 } from '@passerby/privacy'
import { type PublicSet, paths, publicSetBytes } from '@passerby/protocol'
import type { Egress } from './egress.ts'
import { ParticipantError } from './errors.ts'
import type { PublicPixels } from './learner.ts'
import type { DownloadWatch } from './model-download.ts'
import { patiently } from './patience.ts'

export type PublicSetSource = ReturnType<typeof createPublicSetSource>

/** Fetches public sets and checks them against the signed hash. The last one stays in memory: every round asks for it. */
export function createPublicSetSource(egress: Egress) {
  let last: { readonly sha256: string; readonly pixels: PublicPixels } | undefined
  return {
    /** Goes on trying while the coordinator is away. Rejects with `ParticipantError`, or with the signal's reason. */
    async load(set: PublicSet, { signal, onProgress }: DownloadWatch): Promise<PublicPixels> {
      if (last?.sha256 === set.sha256) return last.pixels
      const { height, width } = set
      const limit = publicSetBytes(set)
      const watch = { limit, signal, onProgress: (bytes: number) => onProgress?.(bytes / limit) }
      const pixels = await patiently(signal, () => egress.get(paths.publicSet(set.sha256), watch))
      if (pixels.length !== limit || hex(await sha256(pixels)) !== set.sha256)
        throw new ParticipantError('wrong-public-set', 'The public set that came is not the one that was signed.')
      last = { sha256: set.sha256, pixels: { height, width, pixels } }
      return last.pixels
    },
  }
}
