/** Seconds that the training of one round should take, from the speed that was measured. */
export function roundSeconds(
  check: { readonly trainingImages: number; readonly imagesPerSecond: number },
  epochs: number,
): number {
  return (check.trainingImages * epochs) / Math.max(1e-3, check.imagesPerSecond)
}
