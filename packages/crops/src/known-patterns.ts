/** The patterns that are tried on files of unknown origin. */
import { DISTRACTOR, JUNK } from '@passerby/reid'
import { parsePattern, type Pattern, type Reading } from './pattern.ts'

/**
 * Market-1501 (`0002_c1s1_000451_03.jpg`) and its kin, DukeMTMC (`0005_c2_f0046985.jpg`). Every digit of the camera
 * counts (the reference code reads one, ALGORITHMS 1). Identity -1 is junk, 0000 a distractor.
 */
export const market1501: Pattern = {
  name: 'Market-1501',
  syntax: 'PPPP_cCsS_FFFFFF_BB.jpg',
  read(path) {
    const found = /(?:^|\/)(-1|\d{3,})_c(\d+)(?:s\d+)?_f?\d+[^/]*$/i.exec(path)
    return found === null ? undefined : { identity: marketIdentity(found[1]), camera: `c${found[2]}` }
  },
}

function marketIdentity(label: string): string {
  if (label === '-1') return JUNK
  return Number(label) === 0 ? DISTRACTOR : label
}

/** A folder per person: PKU-Reid's `003/01_1.png`. */
export const identityFolders = builtIn('{identity}/{camera}_*', 'Folder per identity, camera first in the name')

/** A folder per camera: `cam_a/0001_07.png`, Partial-REID's `whole_body_images/001_001.jpg`. */
export const cameraFolders = builtIn('{camera}/{identity}_*', 'Folder per camera, identity first in the name')

/** A folder per person and one camera for all. */
export const oneCamera = builtIn('{identity}/*', 'Folder per identity, one camera')

/** In the order in which they are preferred. */
export const knownPatterns: readonly Pattern[] = [market1501, identityFolders, cameraFolders, oneCamera]

function builtIn(syntax: string, name: string): Pattern {
  const result = parsePattern(syntax, name)
  if (!result.ok) throw new RangeError(`builtIn: ${result.problem}`)
  return result.pattern
}

/**
 * The known pattern that fits these names best; `undefined` when none fits any.
 *
 * A pattern that fits fewer than half as many names as another is out, so a few stray files decide nothing. Of the
 * rest, Market's names come first, since the folder patterns fit nearly everything; `{identity}/{camera}_*` and
 * `{camera}/{identity}_*` fit the same names, and the one that finds more identities than the other is right, since
 * there are more people than cameras.
 */
export function recognisePattern(names: readonly string[]): Pattern | undefined {
  const fits = knownPatterns.map((pattern) => {
    const readings = names.flatMap((name) => pattern.read(name) ?? [])
    return { pattern, count: readings.length, identities: new Set(readings.map(({ identity }) => identity)).size }
  })
  const most = Math.max(...fits.map(({ count }) => count))
  const likely = most === 0 ? [] : fits.filter(({ count }) => 2 * count >= most)
  if (likely.at(0)?.pattern === market1501) return market1501
  const [best, ...others] = likely.filter(({ pattern }) => pattern !== oneCamera || likely.length === 1)
  return others.reduce((best, other) => (other.identities > best.identities ? other : best), best)?.pattern
}

/** What a pattern makes of the first names, for a live preview. */
export interface PatternPreview {
  readonly name: string
  readonly reading: Reading | undefined
}

const PREVIEW_LENGTH = 12

export function previewPattern(pattern: Pattern, names: readonly string[]): readonly PatternPreview[] {
  return names.slice(0, PREVIEW_LENGTH).map((name) => ({ name, reading: pattern.read(name) }))
}
