/** Lanes in the workers of a page. A page that dies is told by what it died of, at once and to all who ask after it. */
import { reasonOf } from '@passerby/crops'
import type { LaneOptions } from '@passerby/learner/bench'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { LabError } from '../errors.ts'
import type { BenchHost } from './host.ts'
import { laneBehind, type LaneCall } from './lane-call.ts'
import type { PageThreads } from './page/threads.ts'

/** First values go through a file of the served folder: ResNet-50's are more than a message to a page takes. */
const START = 'start.bin'

export function benchInPage(
  page: Page,
  { folder, close }: { readonly folder: string; readonly close: () => Promise<void> },
): BenchHost {
  const lost = new AbortController()
  const crash = new Promise<never>((_, reject) => {
    page.once('crash', () => reject(new Error('Target crashed')))
  })
  crash.catch(mourn)
  const underWay = new Set<{ readonly doing: string }>()

  function mourn(cause: unknown): void {
    const doing = [...new Set([...underWay].map((one) => one.doing))].join(' and ') || 'nothing'
    lost.abort(new LabError('browser', `Chromium's page died during ${doing}: ${shortReason(cause)}`, cause))
  }

  /** The page's answer. Throws what it died of, `LabError` ('browser'). */
  async function answered<Answer>(doing: string, ask: () => Promise<Answer>): Promise<Answer> {
    lost.signal.throwIfAborted()
    const one = { doing }
    underWay.add(one)
    try {
      return await Promise.race([ask(), crash])
    } catch (cause) {
      if (!isDeath(page, cause)) throw cause
      mourn(cause)
      throw lost.signal.reason
    } finally {
      underWay.delete(one)
    }
  }

  return {
    name: 'chromium',
    lost: lost.signal,
    close,
    async open(options) {
      const of = `of ${nameOf(options)}`
      const thread = await answered(`the start ${of}`, () =>
        page.evaluate(() => (globalThis as unknown as PageThreads).startThread()),
      )
      const ask = async (call: LaneCall) => {
        // The page defines it; see page/main.ts.
        const answer = await answered(`${call.method} ${of}`, () =>
          page.evaluate(([thread, call]) => (globalThis as unknown as PageThreads).askThread(thread, call), [
            thread,
            call,
          ] as const),
        )
        if (!answer.ok) throw new LabError('worker', answer.message)
        return answer.result
      }
      const end = async () => {
        if (lost.signal.aborted) return
        await answered(`the end ${of}`, () =>
          page.evaluate((thread) => (globalThis as unknown as PageThreads).endThread(thread), thread),
        )
      }
      const { start, ...others } = options
      if (!start) return laneBehind(options, { ask, end })
      await writeFile(join(folder, START), start)
      const open = (call: LaneCall) => ask(call.method === 'open' ? { ...call, startAt: `/${START}` } : call)
      return laneBehind(others, { ask: open, end })
    },
  }
}

const nameOf = ({ contender, backbone, backend }: LaneOptions) => `${contender} ${backbone} on ${backend}`

/** As Playwright says it: what else is closed is the page's own concern. */
const isDeath = (page: Page, cause: unknown) =>
  page.isClosed() || /\bTarget (page, context or browser has been )?(crashed|closed)\b/.test(reasonOf(cause))

/** Without the name of the call, and what Playwright did before it. */
const shortReason = (cause: unknown) =>
  reasonOf(cause)
    .replace(/^[a-z]+\.[a-z]+: /i, '')
    .split('\n', 1)[0]
    .trim()
