import { backboneByName } from '@passerby/backbones'
import { type PixelSet, pixelsAt } from '@passerby/crops'
import { openDiskFolder } from '@passerby/crops/node'
import { chooseBackend, createLearner, networkOf } from '@passerby/learner'
import { type Participant, createParticipant, previewCard } from '@passerby/participant'
import { openFolderKeep } from '@passerby/participant/node'
import type { LocalSettings } from '@passerby/protocol'
import { splitByIdentity } from '@passerby/reid'
import { type JoinLink, readJoinLink } from '@passerby/web/join-link'
import { Command } from 'commander'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { decoded, readDataSets } from '../corpus/corpus.ts'
import { LabError } from '../errors.ts'
import { roundSentences, stateSentence } from '../participate/sentences.ts'
import { type Progress, terminalProgress } from '../terminal/progress.ts'

interface ParticipateFlags {
  readonly data: string
  readonly alias: string
  readonly state?: string
}

const EXAMPLES = `
Trains as a browser tab would, until the federation ends. Crops, identities and the head stay on this machine; what is
sent is what the participant page lists. Ctrl-C pauses, Enter goes on, a second Ctrl-C stops; the same command joins again
as the same participant.

Example:
  lab participate 'http://localhost:7070/join/demo-4711#k=…&t=…' --data crops`

export function participateCommand(): Command {
  return new Command('participate')
    .description('Joins a real federation from this terminal, with crops in a folder.')
    .argument('<link>', 'join link, quoted: it has a fragment')
    .requiredOption('--data <folder>', 'crops; the training part where there is one')
    .option('--alias <name>', 'what the operator sees you as', hostname().slice(0, 40))
    .option('--state <folder>', 'keeps key, head and unsent update (default: .passerby/participant/…)')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

async function run(link: string, flags: ParticipateFlags): Promise<void> {
  const progress = terminalProgress()
  const url = URL.canParse(link) ? new URL(link) : undefined
  const invitation = url && readJoinLink(url)
  if (!url || !invitation)
    throw new LabError('unusable', 'That is no whole join link: quote it, its part after # belongs to it')
  const place = flags.state ?? join('.passerby', 'participant', invitation.federation)
  const participant = await openParticipant(url.origin, invitation, { ...flags, place, progress })
  await untilEnded(participant, progress)
}

async function openParticipant(
  origin: string,
  invitation: JoinLink,
  { data, alias, place, progress }: ParticipateFlags & { readonly place: string; readonly progress: Progress },
): Promise<Participant> {
  const keep = await openFolderKeep(join(place, 'keep'))
  const { signal } = new AbortController()
  const preview = await previewCard(origin, { ...invitation, keep, now: Date.now() }, signal)
  if (!preview.ok) throw new LabError('coordinator', preview.refusal.message)
  const { card, words } = preview.value
  progress.say(`${card.name}: ${card.rounds} rounds of ${card.local.backbone}. Fingerprint: ${words.join(' ')}`)
  const crops = (await readDataSets(data)).flatMap(({ parts }) => parts.train)
  const pixels = await decoded(data, crops, { size: card.local.input, progress })
  const { training, validation } = splitByIdentity(pixels, card.local.validation, VALIDATION_SEED)
  const folder = await openDiskFolder(join(place, 'head'))
  const imagesPerSecond = await checkedSpeed(card.local)
  progress.say(
    `${training.length} images to train on, ${validation.length} kept back; ${Math.round(imagesPerSecond)} images/s`,
  )
  return createParticipant({
    origin,
    ...invitation,
    alias,
    device: { name: `Node ${process.version} on ${process.platform}`, backend: 'wasm', imagesPerSecond },
    images: training.length,
    learner: createLearner({
      training: pixelsAt(pixels, training),
      ...part(pixels, validation),
      federation: invitation.federation,
      memory: { load: (key) => folder.read(key), save: (key, bytes) => folder.write(key, bytes) },
    }),
    keep,
  })
}

/** Starts WebAssembly, checks its gradients, and measures it on what will be trained; in images per second. */
async function checkedSpeed({ backbone, embedding, input, batchSize }: LocalSettings): Promise<number> {
  const { trials } = await chooseBackend({
    only: 'wasm',
    network: networkOf(backboneByName(backbone, embedding)),
    workload: { ...input, batchSize },
  })
  const chosen = trials.find((trial) => trial.state === 'chosen')
  return chosen?.speed.imagesPerSecond ?? 0
}

/** The same people are kept back whenever this command runs on the same crops. */
const VALIDATION_SEED = 1

function part(pixels: PixelSet, validation: readonly number[]): { readonly validation?: PixelSet } {
  return validation.length === 0 ? {} : { validation: pixelsAt(pixels, validation) }
}

/** Runs until the federation ends or refuses; Ctrl-C pauses, then stops. */
async function untilEnded(participant: Participant, progress: Progress): Promise<void> {
  const told = new Set<string>()
  let sentence = ''
  const interrupted = () => {
    if (participant.getSnapshot().state === 'paused') {
      progress.say('Stopped. The same command joins again as the same participant.')
      void participant.close().then(() => process.exit(130))
      return
    }
    participant.pause()
    progress.say('Paused. Enter goes on, Ctrl-C stops.')
  }
  const entered = () => participant.resume()
  process.on('SIGINT', interrupted)
  process.stdin.on('data', entered)
  try {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        const snapshot = participant.getSnapshot()
        const now = snapshot.failure?.message ?? stateSentence(snapshot)
        if (now !== sentence) progress.say(now)
        sentence = now
        for (const line of snapshot.rounds.flatMap(roundSentences)) {
          if (!told.has(line)) progress.say(line)
          told.add(line)
        }
        if (snapshot.state === 'ended') resolve()
        if (snapshot.state === 'refused')
          reject(new LabError('coordinator', snapshot.refusal?.message ?? 'The coordinator refused'))
      }
      participant.subscribe(look)
      participant.start()
    })
  } finally {
    process.off('SIGINT', interrupted)
    process.stdin.off('data', entered)
    process.stdin.pause()
    await participant.close()
  }
}
