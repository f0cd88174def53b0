/** Several tabs that train at the same time, as they do where one machine holds several participants. */
import type { LaneOptions } from '@passerby/learner/bench'
import { table } from '../../terminal/table.ts'
import { benchInChromium } from '../in-chromium.ts'
import { laneOn } from '../host.ts'
import type { Part } from '../part.ts'
import { takeTurns, type Timing, together } from '../take-turns.ts'

interface TabsFigures {
  readonly tabs: number
  readonly backend: LaneOptions['backend']
  readonly contenders: readonly TabsContender[]
}

interface TabsContender extends Partial<Timing> {
  readonly contender: LaneOptions['contender']
  /** Of one tab, while all of them train. */
  readonly imagesPerSecond?: number
  readonly failure?: string
}

const CONTENDERS = ['stock', 'ours'] as const
/** Long enough that tabs meet each other for most of it. */
const TABS_TURN = 16

/** `open`: as many hosts as tabs, all of them Chromium's pages. */
export function tabs(count: number, open = benchInChromium): Part<TabsFigures> {
  return {
    title: `${count} tabs at once`,
    async measure({ workload, steps, say, onLost }) {
      const hosts = await open(count)
      try {
        const lanes = await Promise.all(
          CONTENDERS.map((contender) =>
            Promise.all(hosts.map((host) => laneOn(host, { ...workload, contender, backend: 'wasm' }))),
          ),
        )
        const onTurn = (done: number, of: number) => say(`${count} tabs: turn ${done} of ${of}`)
        const timings = await takeTurns(lanes.map(together), { steps, turn: TABS_TURN, onTurn })
        const contenders = timings.map((timing, index): TabsContender => {
          const contender = CONTENDERS[index]
          if (typeof timing === 'string') return { contender, failure: timing }
          return { contender, ...timing, imagesPerSecond: (1000 * workload.batchSize) / timing.stepMs }
        })
        return { tabs: count, backend: 'wasm', contenders }
      } finally {
        // Before they are closed, which ends what is under way there too.
        const lost = hosts.find((host) => host.lost?.aborted)?.lost
        if (lost) onLost(lost.reason)
        for (const host of hosts) await host.close()
      }
    },
    text: ({ tabs, backend, contenders }) =>
      table(
        [`${tabs} tabs, ${backend}`, 'images/s per tab', 'ms/step'],
        contenders.map(({ contender, failure, imagesPerSecond, stepMs }) => [
          contender,
          failure ?? imagesPerSecond,
          stepMs,
        ]),
      ),
  }
}
