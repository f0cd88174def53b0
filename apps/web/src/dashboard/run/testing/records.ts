import { RoundRecord, type Contribution } from '@passerby/protocol'
import * as v from 'valibot'

/** A client's id, made of its alias. */
function clientNamed(alias: string): string {
  const codes = Array.from(alias, (letter) => (letter.codePointAt(0) ?? 0).toString(16))
  return codes.join('').padEnd(32, '0').slice(0, 32)
}

export function contribution(alias: string, more: Partial<Contribution>): Contribution {
  return {
    client: clientNamed(alias),
    alias,
    outcome: 'counted',
    weight: 0.5,
    told: 100,
    images: 100,
    loss: null,
    trainSeconds: 9,
    local: null,
    global: null,
    ...more,
  }
}

export function record(session: number, more: Partial<RoundRecord>): RoundRecord {
  return v.parse(RoundRecord, {
    round: session,
    session,
    outcome: 'published',
    startedAt: 0,
    seconds: { training: 30, aggregating: 1, evaluating: 9 },
    bytesUp: 100,
    bytesDown: 200,
    contributions: [],
    loss: null,
    global: null,
    local: null,
    model: null,
    groups: [],
    similarity: null,
    distilled: null,
    ...more,
  })
}
