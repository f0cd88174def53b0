import { type ReactNode, type RefObject, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { formatCount } from '../ui/format.ts'

/** The first rows of a long list, and a button for as many more. */
export function useShown<Row>(
  rows: readonly Row[],
  step: number,
): {
  readonly shown: readonly Row[]
  readonly more: ReactNode
  /** Of `more`, where some are not shown. */
  readonly moreButton: RefObject<HTMLButtonElement | null>
} {
  const [limit, setLimit] = useState(step)
  const moreButton = useRef<HTMLButtonElement>(null)
  const hidden = rows.length - limit
  return {
    shown: rows.slice(0, limit),
    more: hidden > 0 && (
      <Button kind="quiet" ref={moreButton} onClick={() => setLimit(limit + step)}>
        Show {formatCount(Math.min(step, hidden))} more of {formatCount(hidden)}
      </Button>
    ),
    moreButton,
  }
}
