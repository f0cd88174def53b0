/**
 * One training that several threads share, next to one on a single thread and to as many trainings at once: a machine that
 * has other work, or gives one processor less time than the other, cannot do better than those.
 */
import type { Lane } from '@passerby/learner/bench'
import { table } from '../../terminal/table.ts'
import { laneOn } from '../host.ts'
import { type Bench, type Part, type Place, placeName, TURN } from '../part.ts'
import { takeTurns, together } from '../take-turns.ts'

interface ThreadsFigures {
  readonly place: string
  readonly threads: number
  /** Of one training each: on one thread, and shared. */
  readonly one?: number
  readonly shared?: number
  /** Of as many trainings on one thread as there are threads, together. */
  readonly atOnce?: number
  readonly failure?: string
}

export function threads(count: number): Part<readonly ThreadsFigures[]> {
  return {
    title: `${count} threads`,
    async measure(bench) {
      const rows: ThreadsFigures[] = []
      for (const place of bench.places.filter(({ backend }) => backend === 'wasm')) {
        rows.push({ place: placeName(place), threads: count, ...(await measureIn(place, count, bench)) })
      }
      return rows
    },
    text: (rows) =>
      table(
        ['images/s', 'one thread', `${count} threads`, '× one', `${count} trainings at once`, '× one'],
        rows.map(({ place, failure, one, shared, atOnce }) => [
          place,
          failure ?? one,
          shared,
          times(shared, one),
          atOnce,
          times(atOnce, one),
        ]),
      ),
  }
}

async function measureIn(
  { host, backend }: Place,
  count: number,
  { workload, steps, say }: Bench,
): Promise<Omit<ThreadsFigures, 'place' | 'threads'>> {
  const open = (threads: number) => laneOn(host, { ...workload, contender: 'ours', backend, threads })
  const lanes: Lane[] = await Promise.all(Array.from({ length: count }, () => open(1)))
  try {
    const shared = await open(count)
    lanes.push(shared)
    const onTurn = (done: number, of: number) => say(`${host.name} ${backend}, ${count} threads: turn ${done} of ${of}`)
    const runners = [lanes[0], shared, together(lanes.slice(0, count))]
    const timings = await takeTurns(runners, { steps, turn: TURN, onTurn })
    const rates: number[] = []
    for (const timing of timings) {
      if (typeof timing === 'string') return { failure: timing }
      rates.push((1000 * workload.batchSize) / timing.stepMs)
    }
    return { one: rates[0], shared: rates[1], atOnce: count * rates[2] }
  } finally {
    for (const lane of lanes) await lane.close()
  }
}

function times(a: number | undefined, b: number | undefined): string | undefined {
  return a === undefined || b === undefined ? undefined : (a / b).toFixed(2)
}
