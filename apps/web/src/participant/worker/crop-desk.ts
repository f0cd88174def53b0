/** The worker's half of the crops screen: what was picked, how its names are read, and what is kept. */
import {
  inspectFiles,
  parsePattern,
  previewPattern,
  recognisePattern,
  surveyFiles,
  type CropSet,
  type FileSource,
  type FileWatch,
  type InspectedFile,
  type Pattern,
} from '@passerby/crops'
import { openZip, sourceOfFile, syntheticPeople, type CropStore } from './provisional.ts'
import { sheetImage, spread } from './sheet.ts'
import type { CropsView, PatternAnswer, Picked, SheetImage } from './workbench.ts'

/** Enough people to learn from, few enough that a laptop trains a round in seconds. */
const GENERATED = { identities: 24, cameras: 3, imagesPerCamera: 5 }

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
    const crops = await store.load()
    return crops && keptCrops(crops)
  }

  return {
    crops: async () => (await store.load()) ?? [],
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
      await store.save(readCrops(current()).crops, watch)
      picking = undefined
      const view = await keptView()
      if (!view) throw new Error('CropDesk: what was kept is gone')
      return view
    },
    async forget() {
      await store.clear()
      picking = undefined
    },
    async sheet(size) {
      const crops = picking ? readCrops(picking).crops : ((await store.load()) ?? [])
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

/** Crops that were kept say of themselves who they are. */
function keptCrops(crops: CropSet): CropsView {
  const readings = new Map(crops.map(({ name, identity, camera }) => [name, { identity, camera }]))
  const pattern: Pattern = { name: 'Kept', syntax: '', read: (path) => readings.get(path) }
  const readable: InspectedFile['content'] = { readable: true, type: 'jpeg', height: 1, width: 1 }
  const { summary } = surveyFiles(
    crops.map((file) => ({ file, content: readable })),
    pattern,
  )
  return {
    origin: 'this browser',
    kept: true,
    pattern: undefined,
    preview: previewPattern(
      pattern,
      crops.map(({ name }) => name),
    ),
    summary,
  }
}

const fitsNothing: Pattern = { name: '', syntax: '', read: () => undefined }

function recognise(files: readonly InspectedFile[]): Pattern | undefined {
  return recognisePattern(files.flatMap(({ file, content }) => (content.readable ? [file.name] : [])))
}

async function filesOf(picked: Picked): Promise<readonly FileSource[]> {
  switch (picked.kind) {
    case 'files':
      return picked.files.map(({ path, file }) => sourceOfFile(path, file))
    case 'zip':
      return openZip(picked.file)
    case 'generated':
      return syntheticPeople({ ...GENERATED, seed: picked.seed })
  }
}

function originOf(picked: Picked): string {
  switch (picked.kind) {
    case 'files':
      return picked.files.length === 1 ? picked.files[0].path : `${picked.files.length} files`
    case 'zip':
      return picked.file.name
    case 'generated':
      return 'generated people'
  }
}
