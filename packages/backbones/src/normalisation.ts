/** Mean and deviation of ImageNet's channels, on a scale of 0 to 1, by which every backbone's images are normalised. */
export const MEAN: readonly number[] = [0.485, 0.456, 0.406]
export const DEVIATION: readonly number[] = [0.229, 0.224, 0.225]
