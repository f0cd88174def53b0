export { decodeBmp } from './bmp.ts'
export {
  labelsOf,
  type Crop,
  type CropSet,
  type FileProgress,
  type FileSource,
  type FileWatch,
  type PixelSet,
  type Raster,
} from './crop.ts'
export {
  dataSetsOf,
  evaluationPart,
  type DataSet,
  type DataSetOptions,
  type EvaluationPart,
  type Part,
} from './data-sets.ts'
export { CropsError, reasonOf, type CropsErrorCode } from './errors.ts'
export { HEAT, heatColour } from './heat.ts'
export { imageContent, type ImageContent, type ImageType } from './image-content.ts'
export { knownPatterns, previewPattern, recognisePattern, type PatternPreview } from './known-patterns.ts'
export { parsePattern, type Pattern, type PatternResult, type Reading } from './pattern.ts'
export { decodeCrops, pixelsAt, type Decode, type DecodedCrops, type PixelSize, type UnreadableFile } from './pixels.ts'
export { RAW_PIXEL_DIM, rawPixelEmbeddings } from './raw-pixels.ts'
export { resize } from './resize.ts'
export { firstIdentities, splitClients, type ClientCrops, type ClientSplit, type SplitOptions } from './split.ts'
export {
  histogram,
  inspectFiles,
  summariseCrops,
  surveyFiles,
  type InspectedFile,
  type Survey,
  type SurveySummary,
} from './survey.ts'
export {
  SYNTHETIC_HEIGHT,
  SYNTHETIC_WIDTH,
  syntheticPeople,
  syntheticPixels,
  type SyntheticOptions,
} from './synthetic/people.ts'
export { openCropStore, type CropStore, type ImportRecord, type StoredCrops } from './crop-store.ts'
export { checkFileName, type ByteRange, type Folder, type FolderUsage } from './folder.ts'
export { zipFiles } from './zip.ts'
