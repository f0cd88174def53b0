import type { TestCrops } from './crops.ts'
import type { Sent } from './participant.ts'

/** Length of a run of file bytes that counts as a leak, and every how many bytes one is looked for. */
const RUN_BYTES = 8
const STRIDE_BYTES = 64
/** Headers and tables are alike in all files of a kind; what lies behind them is a picture's own. */
const SKIPPED_BYTES = 700

/** Names, identities and runs of image bytes that occur in what was sent; empty when nothing leaked. */
export function leaksIn(sent: Sent, crops: TestCrops): string[] {
  const everything = [
    ...sent.frames,
    ...sent.requests.flatMap(({ url, body }) => [Buffer.from(decodeURIComponent(url)), body]),
  ]
  const found = new Set<string>()
  for (const bytes of everything) {
    for (const name of crops.names) if (bytes.includes(name)) found.add(`name ${name}`)
    for (const run of imageRuns(crops)) if (bytes.includes(run)) found.add(`image bytes ${run.toString('hex')}`)
  }
  return [...found]
}

function* imageRuns({ files }: TestCrops): Generator<Buffer> {
  for (const file of files)
    for (let at = SKIPPED_BYTES; at + RUN_BYTES <= file.length; at += STRIDE_BYTES)
      yield Buffer.from(file.buffer, file.byteOffset + at, RUN_BYTES)
}
