import { type StrategySettings, publicImagesOf } from '@passerby/federation'

/** Bytes of the public set that every client downloads, at most; 0 where a strategy has none. Three bytes a pixel. */
export function publicSetBytes({
  strategy,
  local: { input },
}: {
  readonly strategy: StrategySettings
  readonly local: { readonly input: { readonly height: number; readonly width: number } }
}): number {
  return publicImagesOf(strategy) * input.height * input.width * 3
}
