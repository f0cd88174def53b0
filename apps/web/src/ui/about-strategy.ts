import { type StrategyName, type StrategySettings, publicImagesOf, strategies } from '@passerby/federation'
import * as v from 'valibot'

/** What a person reads of a strategy: both pages take it from the strategy itself. */
export function aboutStrategy(name: StrategyName): {
  readonly title: string
  readonly sentence: string
  readonly paper: string
} {
  const { title, paper, settings } = strategies[name]
  return { title, paper, sentence: v.getDescription(settings) ?? '' }
}

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
