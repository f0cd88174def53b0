import type { Operator, OperatorSnapshot } from '@passerby/operator'
import { createContext, use, useSyncExternalStore } from 'react'

/** The open connection, for everything that is shown after the login. */
export const OperatorContext = createContext<Operator | undefined>(undefined)

export function useOperator(): Operator {
  const operator = use(OperatorContext)
  if (!operator) throw new Error('useOperator: not inside an OperatorContext')
  return operator
}

export function useSnapshot(): OperatorSnapshot {
  const operator = useOperator()
  return useSyncExternalStore(operator.subscribe, operator.getSnapshot)
}
