import type { ImageSize } from '@passerby/backbones'

/** What an exported model says of its images. */
export interface ExportOptions {
  /** The size that the model was trained at. Other sizes run too, where the format leaves them open. */
  readonly images: ImageSize
}
