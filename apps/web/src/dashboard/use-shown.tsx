import { type ReactNode, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { formatCount } from '../ui/format.ts'

/** The first rows of a long list, and a button for as many more. */
export function useShown<Row>(
  rows: readonly Row[],
  step: number,
): { readonly shown: readonly Row[]; readonly more: ReactNode } {
  const [limit, setLimit] = useState(step)
  const hidden = rows.length - limit
  return {
    shown: rows.slice(0, limit),
    more: hidden > 0 && (
      <Button kind="quiet" onClick={() => setLimit(limit + step)}>
        Show {formatCount(Math.min(step, hidden))} more of {formatCount(hidden)}
      </Button>
    ),
  }
}
