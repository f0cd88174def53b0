import { DEVIATION, type ImageSize, MEAN } from '@passerby/backbones'

/** What an exported file says of its images, for whoever feeds it; sizes as in our own model files. */
export function imagesTold({ height, width }: ImageSize): Readonly<Record<string, string>> {
  return {
    input: `${height}x${width}`,
    mean: MEAN.join(' '),
    std: DEVIATION.join(' '),
    channels: 'RGB, 0 to 1 before mean and std',
  }
}
