import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answered, Asked, LearnerAnswers, LearnerRequest } from '@passerby/server-learner/messages'
import { CoordinatorError } from '../errors.ts'

/** A learner in a process of its own: this one holds no tensors and decodes no images. */
export interface LearnerProcess {
  readonly pid: number | undefined
  /** Rejects with `CoordinatorError` `learner`: with what went wrong there, or because the process has ended. */
  ask<Kind extends keyof LearnerAnswers>(
    request: Extract<LearnerRequest, { readonly kind: Kind }>,
  ): Promise<LearnerAnswers[Kind]>
  readonly isAlive: () => boolean
  /** Ends it at once, whatever it does. */
  end(): void
}

const SCRIPT = fileURLToPath(new URL('../../../server-learner/src/main.ts', import.meta.url))
/** Found from here, wherever the coordinator was started. */
const TSX = import.meta.resolve('tsx')
/** Of what it said last on its standard error. */
const SAID_LENGTH = 500

interface Waiting {
  readonly resolve: (value: LearnerAnswers[keyof LearnerAnswers]) => void
  readonly reject: (error: CoordinatorError) => void
}

export function startLearnerProcess(): LearnerProcess {
  // The key that wraps round keys is not its business.
  const { PASSERBY_KEK: _, ...env } = process.env
  const child = fork(SCRIPT, [], {
    execArgv: ['--import', TSX],
    env,
    // Typed arrays as they are.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const waiting = new Map<number, Waiting>()
  let asked = 0
  let said = ''
  let ended: CoordinatorError | undefined
  child.stderr?.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-SAID_LENGTH)))
  child.on('message', (answered: Answered) => {
    const whose = waiting.get(answered.number)
    waiting.delete(answered.number)
    if (answered.ok) whose?.resolve(answered.value)
    else whose?.reject(new CoordinatorError('learner', answered.message))
  })
  const die = (how: string) => {
    ended ??= new CoordinatorError('learner', `The learner beside the coordinator ended: ${how}. ${said.trim()}`.trim())
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  child.on('error', (error) => die(error.message))
  child.once('exit', (code, signal) => die(signal ?? `exit code ${code}`))
  return {
    pid: child.pid,
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended)
        const number = ++asked
        // What this kind of request is answered with is the other end's word, checked by its types.
        waiting.set(number, { resolve: resolve as Waiting['resolve'], reject })
        child.send({ number, request } satisfies Asked, (error) => {
          if (error) die(error.message)
        })
      }),
    isAlive: () => ended === undefined,
    end() {
      child.kill('SIGKILL')
      die('it was ended')
    },
  }
}
