import { OperatorError } from '@passerby/operator'
import type { Reply } from '@passerby/protocol'
import { useState } from 'react'

export interface Action {
  readonly busy: boolean
  /** Why the last one was not done, as a sentence. */
  readonly problem: string | undefined
  /** Forgets why. */
  readonly forget: () => void
  /** Runs one thing at a time. Gives its value, or undefined when it was not done. */
  readonly run: <Value>(what: () => Promise<Reply<Value>>) => Promise<Value | undefined>
}

/** Something asked of the coordinator by a button: whether it is under way, and what kept it from being done. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  return {
    busy,
    problem,
    forget: () => setProblem(undefined),
    async run(what) {
      setBusy(true)
      setProblem(undefined)
      try {
        const answer = await what()
        if (answer.ok) return answer.value
        setProblem(answer.refusal.message)
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error
        setProblem(error.message)
      } finally {
        setBusy(false)
      }
      return undefined
    },
  }
}
