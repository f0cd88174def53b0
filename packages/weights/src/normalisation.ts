import type { ImageSize } from '@passerby/backbones'

/** Mean and deviation of ImageNet's channels, on a scale of 0 to 1, by which every backbone's images are normalised. */
export const MEAN: readonly number[] = [0.485, 0.456, 0.406]
export const DEVIATION: readonly number[] = [0.229, 0.224, 0.225]

/** What an exported file says of its images, for whoever feeds it; sizes as in our own model files. */
export function imagesTold({ height, width }: ImageSize): Readonly<Record<string, string>> {
  return {
    input: `${height}x${width}`,
    mean: MEAN.join(' '),
    std: DEVIATION.join(' '),
    channels: 'RGB, 0 to 1 before mean and std',
  }
}
