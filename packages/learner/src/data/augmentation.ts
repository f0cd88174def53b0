import type { Rng } from '@passerby/reid'
import type { Erasing, Jitter } from '../settings.ts'
import { meanLuma, type Colour, type Pixels, type Placement, type Rectangle } from './pixels.ts'

export interface AugmentationOptions {
  readonly erasing: Erasing
  readonly jitter: Jitter
  /** What the placements are of. */
  readonly pixels: Pixels
}

/** Draws the colours of images that are already placed, then what is erased of them. Neither draws anything where it is off. */
export function augment(
  placements: readonly Placement[],
  { erasing, jitter, pixels }: AugmentationOptions,
  random: Rng,
): readonly Placement[] {
  const jitters = jitter.brightness > 0 || jitter.contrast > 0 || jitter.saturation > 0
  if (!jitters && erasing.probability === 0) return placements
  return placements.map((placement) => {
    const colour = jitters ? drawColour(jitter, meanLuma(pixels, placement.image), random) : undefined
    const erases = erasing.probability > 0 && random.uniform() < erasing.probability
    const erased = erases ? drawErased(pixels, erasing, random) : undefined
    return { ...placement, ...(colour && { colour }), ...(erased && { erased }) }
  })
}

/**
 * Brightness b, contrast k and saturation s, each uniform in 1 ± its setting, as torchvision's `ColorJitter` has
 * them, but always in this order: x ← b·x, x ← k·x + (1 − k)·m, x ← s·x + (1 − s)·luma(x), with m the mean luma of the image by then.
 * All three are linear and follow each other as one; values are cut off at 0 and 1 once, at the end, and not after each.
 */
function drawColour(jitter: Jitter, mean: number, random: Rng): Colour {
  const [brightness, contrast, saturation] = [jitter.brightness, jitter.contrast, jitter.saturation].map((width) =>
    random.between(1 - width, 1 + width),
  )
  return { gain: brightness * contrast, saturation, offset: (1 - contrast) * brightness * mean }
}

/** Attempts at a rectangle that is smaller than the image both ways, as the paper's code has it. */
const ATTEMPTS = 100

/** A rectangle of random area and aspect (Zhong et al. 2020, algorithm 1); none where too large or long ones were drawn. */
function drawErased(
  image: Pick<Pixels, 'height' | 'width'>,
  { minArea, maxArea, minAspect }: Erasing,
  random: Rng,
): Rectangle | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = random.between(minArea, maxArea) * image.height * image.width
    const aspect = random.between(minAspect, 1 / minAspect)
    const [height, width] = [Math.round(Math.sqrt(area * aspect)), Math.round(Math.sqrt(area / aspect))]
    if (height >= image.height || width >= image.width) continue
    return { top: random.int(image.height - height + 1), left: random.int(image.width - width + 1), height, width }
  }
  return undefined
}
