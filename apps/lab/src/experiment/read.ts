/** An experiment from its YAML file. What is wrong with it is told by line, all at once. */
import { LineCounter, type Document, isNode, parseDocument } from 'yaml'
import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { LabError } from '../errors.ts'
import { issueSentence } from '../settings/issue-sentence.ts'
import { Experiment } from './experiment.ts'
import { type Complaint, type Run, runsOf } from './runs.ts'

export interface ReadExperiment {
  readonly experiment: Experiment
  readonly runs: readonly Run[]
}

/** As many complaints as a person reads at once. */
const MOST_COMPLAINTS = 12

/** Throws `LabError` when the file cannot be read or says what no experiment may say. */
export async function readExperiment(file: string): Promise<ReadExperiment> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LabError('not-found', `The experiment file ${file} cannot be read`, cause)
  })
  return parseExperiment(text, file)
}

/** `name` stands before the lines of the error. */
export function parseExperiment(text: string, name: string): ReadExperiment {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const refuse = (complaints: readonly { readonly line: number; readonly message: string }[]): never => {
    const shown = complaints.slice(0, MOST_COMPLAINTS).map(({ line, message }) => `${name}:${line}: ${message}`)
    const more = complaints.length - shown.length
    throw new LabError('unusable', [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'))
  }
  if (document.errors.length > 0)
    refuse(
      document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, message: firstLine(message) })),
    )
  const located = ({ places, message }: Complaint) => ({ line: lineOf(document, lines, places), message })
  const parsed = v.safeParse(Experiment, document.toJS())
  if (!parsed.success)
    return refuse(
      parsed.issues.map((issue) => {
        const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
        return located({
          places: [path],
          message: `${path.length > 0 ? `${path.join('.')}: ` : ''}${issueSentence(issue, Experiment)}`,
        })
      }),
    )
  const { runs, complaints } = runsOf(parsed.output)
  if (complaints.length > 0) refuse(complaints.map(located))
  return { experiment: parsed.output, runs }
}

/** 1-based. The first place that the file has, else the nearest around the last. */
function lineOf(document: Document, lines: LineCounter, places: Complaint['places']): number {
  for (const place of places) {
    const line = lineAt(document, lines, place)
    if (line !== undefined) return line
  }
  const around = places.at(-1)?.slice(0, -1)
  return around === undefined || around.length === 0 ? 1 : lineOf(document, lines, [around])
}

function lineAt(document: Document, lines: LineCounter, place: readonly (string | number)[]): number | undefined {
  const node: unknown = document.getIn(place, true)
  return isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined
}

const firstLine = (text: string) => text.split('\n')[0]
