/** Ours beside PyTorch eager on one thread, in turns: on wasm in every host, the same network from the same values. */
import { table } from '../../terminal/table.ts'
import { laneOn } from '../host.ts'
import { type Part, placeName, TURN } from '../part.ts'
import { takeTurns, type Timing } from '../take-turns.ts'
import { findTorch, openTorch, type TorchDescription, type TorchPeer } from '../torch.ts'

interface PeerFigures {
  readonly peer: TorchDescription
  readonly runners: readonly PeerRunner[]
}

interface PeerRunner extends Partial<Timing> {
  readonly name: string
  readonly imagesPerSecond?: number
  /** How many times as fast as the peer's faster layout. */
  readonly timesPeer?: number
  readonly failure?: string
}

/** `python` is an interpreter that has PyTorch; found by itself when undefined. */
export function peer(python: string | undefined): Part<PeerFigures> {
  return {
    title: 'Beside PyTorch',
    async measure({ workload, places, steps, say }) {
      const interpreter = findTorch(python)
      const ours = places.filter(({ backend }) => backend === 'wasm')
      const torches: TorchPeer[] = []
      const lanes = await Promise.all(
        ours.map(({ host, backend }) => laneOn(host, { ...workload, contender: 'ours', backend })),
      )
      try {
        for (const layout of LAYOUTS) torches.push(await openTorch({ workload, python: interpreter, layout }))
        const onTurn = (done: number, of: number) => say(`PyTorch and ours: turn ${done} of ${of}`)
        const timings = await takeTurns([...torches, ...lanes], { steps, turn: TURN, onTurn })
        const names = [...LAYOUTS.map((layout) => `PyTorch ${layout}`), ...ours.map((one) => `${placeName(one)} ours`)]
        const peerMs = Math.min(...timings.slice(0, LAYOUTS.length).map(stepMsOf))
        const runners = timings.map((timing, index): PeerRunner => {
          if (typeof timing === 'string') return { name: names[index], failure: timing }
          const { stepMs } = timing
          const imagesPerSecond = (1000 * workload.batchSize) / stepMs
          return { name: names[index], ...timing, imagesPerSecond, timesPeer: peerMs / stepMs }
        })
        return { peer: torches[0].description, runners }
      } finally {
        for (const one of [...torches, ...lanes]) await one.close()
      }
    },
    text({ peer, runners }) {
      const title = `PyTorch ${peer.torch} eager, ${peer.threads} thread, ${peer.weights} weights but the head's`
      const cells = runners.map(({ name, failure, imagesPerSecond, stepMs, timesPeer, firstLoss }) => [
        name,
        failure ?? imagesPerSecond,
        stepMs,
        timesPeer?.toFixed(2),
        firstLoss?.toFixed(5),
      ])
      return `${title}\n${table(['', 'images/s', 'ms/step', '× PyTorch', 'first loss'], cells)}`
    },
  }
}

/** PyTorch's own layout, and the one that its convolutions are often faster in. */
const LAYOUTS = ['contiguous', 'channels-last'] as const

const stepMsOf = (timing: Timing | string) => (typeof timing === 'string' ? Infinity : timing.stepMs)
