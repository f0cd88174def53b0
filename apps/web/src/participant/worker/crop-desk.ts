/** The worker's half of the crops screen: what was picked, how its names are read, and what is kept. */
import {
  inspectFiles,
  knownPatterns,
  parsePattern,
  previewPattern,
  recognisePattern,
  summariseCrops,
  surveyFiles,
  syntheticPeople,
  type CropStore,
  type CropSet,
  type FileSource,
  type FileWatch,
  type InspectedFile,
  type Pattern,
  type StoredCrops,
} from '@passerby/crops'
import { openFiles } from '@passerby/crops/browser'
import { sheetImage, spread } from './sheet.ts'
import type { CropsView, PatternAnswer, Picked, SheetImage } from './workbench.ts'

/** Enough people to learn from, few enough that a laptop trains a round in seconds. */
const GENERATED = { identities: 24, cameras: 3, imagesPerCamera: 5 }

/** Names that are shown with what was read from each. */
const PREVIEWED = 12

/** Names and contents of files, read once; what they say changes with the pattern. */
interface Picking {
  readonly origin: string
  readonly files: readonly InspectedFile[]
  readonly pattern: Pattern | undefined
}

export interface CropDesk {
  /** The crops that are kept; none before. */
  crops(): Promise<CropSet>
  kept(): Promise<CropsView | undefined>
  read(picked: Picked, watch: FileWatch): Promise<CropsView>
  readNames(syntax: string): PatternAnswer
  keep(watch: FileWatch): Promise<CropsView>
  forget(): Promise<void>
  sheet(size: number): Promise<readonly SheetImage[]>
}

export function openCropDesk(store: CropStore): CropDesk {
  let picking: Picking | undefined

  function current(): Picking {
    if (!picking) throw new Error('CropDesk: no crops were picked')
    return picking
  }

  async function keptView(): Promise<CropsView | undefined> {
    const stored = await store.load()
    return stored && viewOf(stored)
  }

  return {
    crops: async () => (await store.load())?.crops ?? [],
    kept: keptView,
    async read(picked, watch) {
      const files = await inspectFiles(await filesOf(picked), watch)
      picking = { origin: originOf(picked), files, pattern: recognise(files) }
      return readCrops(picking).view
    },
    readNames(syntax) {
      const parsed = syntax.trim() === '' ? undefined : parsePattern(syntax)
      if (parsed?.ok === false) return parsed
      picking = { ...current(), pattern: parsed ? parsed.pattern : recognise(current().files) }
      return { ok: true, crops: readCrops(picking).view }
    },
    async keep(watch) {
      const { origin, pattern } = current()
      const record = { source: origin, pattern: pattern?.syntax ?? '' }
      const stored = await store.save(readCrops(current()).crops, record, watch)
      picking = undefined
      return viewOf(stored)
    },
    async forget() {
      await store.clear()
      picking = undefined
    },
    async sheet(size) {
      const crops = picking ? readCrops(picking).crops : ((await store.load())?.crops ?? [])
      return Promise.all(spread(crops, size).map(sheetImage))
    },
  }
}

function readCrops(picking: Picking) {
  const pattern = picking.pattern ?? fitsNothing
  const { crops, summary } = surveyFiles(picking.files, pattern)
  const names = picking.files.flatMap(({ file, content }) => (content.readable ? [file.name] : []))
  const view: CropsView = {
    origin: picking.origin,
    kept: false,
    pattern: picking.pattern && { name: picking.pattern.name, syntax: picking.pattern.syntax },
    preview: previewPattern(pattern, names),
    summary,
  }
  return { crops, view }
}

function viewOf({ crops, source, pattern }: StoredCrops): CropsView {
  const preview = crops
    .slice(0, PREVIEWED)
    .map(({ name, identity, camera }) => ({ name, reading: { identity, camera } }))
  const found = knownPatterns.find(({ syntax }) => syntax === pattern)
  return {
    origin: source,
    kept: true,
    pattern: { name: found?.name ?? 'Own pattern', syntax: pattern },
    preview,
    summary: summariseCrops(crops),
  }
}

const fitsNothing: Pattern = { name: '', syntax: '', read: () => undefined }

function recognise(files: readonly InspectedFile[]): Pattern | undefined {
  return recognisePattern(files.flatMap(({ file, content }) => (content.readable ? [file.name] : [])))
}

async function filesOf(picked: Picked): Promise<readonly FileSource[]> {
  return picked.kind === 'files' ? openFiles(picked.files) : syntheticPeople({ ...GENERATED, seed: picked.seed })
}

/** The folder's or file's name, where all came from one. */
function originOf(picked: Picked): string {
  if (picked.kind === 'generated') return 'generated people'
  const roots = [...new Set(picked.files.map(({ path }) => path.split('/', 1)[0]))]
  return roots.length === 1 ? roots[0] : `${picked.files.length} files`
}
