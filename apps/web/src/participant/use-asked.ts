import { useEffect, useRef, useState } from 'react'
import { messageOf } from './message-of.ts'
import type { PictureWatch } from './page-training.ts'

/** Something that is computed when a person asks for it. */
export type Asked<Value> =
  | { readonly state: 'none' }
  /** `fraction`: 0 to 1, once it can be told. */
  | { readonly state: 'running'; readonly fraction?: number }
  | { readonly state: 'done'; readonly value: Value }
  | { readonly state: 'failed'; readonly problem: string }

/** Does the work when asked, at most once at a time, and ends it when stopped or no longer shown. */
export function useAsked<Value>(work: (watch: PictureWatch) => Promise<Value>) {
  const [asked, setAsked] = useState<Asked<Value>>({ state: 'none' })
  const job = useRef<AbortController>(undefined)
  useEffect(() => () => job.current?.abort(), [])
  return {
    asked,
    ask: () => {
      job.current?.abort()
      job.current = new AbortController()
      const { signal } = job.current
      const settle = (settled: Asked<Value>) => {
        if (!signal.aborted) setAsked(settled)
      }
      settle({ state: 'running' })
      // What is told on the way may arrive after the answer.
      const onFraction = (fraction: number) => {
        if (!signal.aborted) setAsked((now) => (now.state === 'running' ? { state: 'running', fraction } : now))
      }
      work({ signal, onFraction }).then(
        (value) => settle({ state: 'done', value }),
        (error: unknown) => settle({ state: 'failed', problem: messageOf(error) }),
      )
    },
    stop: () => {
      job.current?.abort()
      setAsked({ state: 'none' })
    },
  }
}
