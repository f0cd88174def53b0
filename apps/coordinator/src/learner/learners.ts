import type { ServerLearner } from '@passerby/federation'
import {
  type FederationSettings,
  LARGEST_PUBLIC_SET_BYTES,
  type PublicSet,
  type Reply,
  accept,
  publicSetBytes,
  refuse,
} from '@passerby/protocol'
import { CoordinatorError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { BlobStore } from '../store/blobs.ts'
import { type LearnerProcess, startLearnerProcess } from './learner-process.ts'

/** What a coordinator has done in processes beside it. */
export interface Learners {
  /**
   * So many images of the public set at this size, or as many as there are, kept as a blob when it resolves; or why there are
   * none, and what to do.
   */
  publicSet(wanted: WantedImages): Promise<Reply<PublicSet>>
  /** One federation's learner. Its process is started when something is asked of it, and again when it died. */
  open(task: LearnerTask): OpenLearner
}

export interface WantedImages {
  readonly images: number
  readonly height: number
  readonly width: number
}

export interface LearnerTask {
  readonly settings: FederationSettings
  readonly publicSet: PublicSet
}

/** Its promises reject with `CoordinatorError` `learner`; what is asked again is done again. */
export interface OpenLearner extends ServerLearner {
  /** Ends the process at once; what is under way rejects. */
  close(): void
}

interface LearnersOptions {
  readonly blobs: BlobStore
  readonly log: Log
  /** A process that was asked nothing for so long, in a paused run say, is ended. */
  readonly idleMs?: number
}

/** With fewer, nothing can be compared or learned from. */
const FEWEST_IMAGES = 2
const IDLE_MS = 600_000

/** `folder`: where the public set's images are; its own are read by each federation that needs some. */
export function learnersBeside(folder: string | undefined, options: LearnersOptions): Learners {
  const { blobs, log } = options
  return {
    async publicSet({ images: wanted, height, width }) {
      if (folder === undefined) return refuse('no-public-set', noPublicSet)
      const wantedBytes = publicSetBytes({ images: wanted, height, width })
      if (wantedBytes > LARGEST_PUBLIC_SET_BYTES) return refuse('no-public-set', tooLarge(wanted))
      const reader = startLearnerProcess()
      try {
        const read = await reader.ask({ kind: 'read', folder, images: wanted, height, width })
        const { pixels, images, unreadable } = read
        if (unreadable > 0) log.warn({ folder, unreadable }, 'some images of the public set could not be read')
        if (images < FEWEST_IMAGES) return refuse('no-public-set', tooFew(folder, images))
        const { durable, sha256 } = await blobs.put(pixels)
        await durable
        return accept({ sha256, images, height, width })
      } catch (error) {
        if (!(error instanceof CoordinatorError) || error.code !== 'learner') throw error
        return refuse('no-public-set', `The public set cannot be read: ${error.message}`.slice(0, 500))
      } finally {
        reader.end()
      }
    },
    open: (task) => learnerOf(task, options),
  }
}

const noPublicSet =
  'This strategy looks at images that belong to no client, and this coordinator has none: restart it with --public-set and a folder of person crops.'

const tooLarge = (images: number) =>
  `${images} images of this size are more than a tab can hold: use fewer images of the public set, or a smaller input.`

const tooFew = (folder: string, images: number) =>
  `The public set in ${folder} holds ${images === 1 ? '1 image' : 'no images'} that can be read. Put JPEG or PNG crops there, or name another folder by --public-set.`

function learnerOf(
  { settings, publicSet }: LearnerTask,
  { blobs, log, idleMs = IDLE_MS }: LearnersOptions,
): OpenLearner {
  let asked = 0
  let idle: NodeJS.Timeout | undefined
  let opened: { readonly process: LearnerProcess; readonly ready: Promise<undefined> } | undefined
  async function open(process: LearnerProcess): Promise<undefined> {
    const { sha256, height, width } = publicSet
    const pixels = await blobs.read(sha256)
    const { backbone, embedding } = settings.local
    const shown = { height, width, pixels }
    return await process.ask({ kind: 'open', backbone, embedding, seed: settings.seed, publicSet: shown })
  }
  async function ready(): Promise<LearnerProcess> {
    if (!opened?.process.isAlive()) {
      const process = startLearnerProcess()
      log.info({ pid: process.pid, federation: settings.name }, 'a learner was started beside the coordinator')
      opened = { process, ready: open(process) }
    }
    const { process, ready } = opened
    try {
      await ready
      return process
    } catch (error) {
      // The next one starts anew.
      process.end()
      throw error
    }
  }
  async function ask<Answer>(what: (process: LearnerProcess) => Promise<Answer>): Promise<Answer> {
    clearTimeout(idle)
    asked += 1
    try {
      return await what(await ready())
    } finally {
      asked -= 1
      if (asked === 0) idle = setTimeout(close, idleMs).unref()
    }
  }
  function close(): void {
    clearTimeout(idle)
    opened?.process.end()
  }
  return {
    softTargets: (model, targets) => ask((process) => process.ask({ kind: 'softTargets', model, targets })),
    distil: (model, task) => ask((process) => process.ask({ kind: 'distil', model, task })),
    close,
  }
}
