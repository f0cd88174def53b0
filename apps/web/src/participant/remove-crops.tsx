import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import type { CropsState } from './page-state.ts'

/** Asks before it removes what was kept; what was only read is just put back. */
export function RemoveCrops({
  crops,
  inUse,
  onRemove,
}: {
  readonly crops: Extract<CropsState, { state: 'read' | 'kept' }>
  readonly inUse: boolean
  readonly onRemove: () => void
}) {
  const [asking, setAsking] = useState(false)
  if (crops.state === 'read')
    return (
      <Button small onClick={onRemove}>
        Pick others
      </Button>
    )
  return (
    <>
      <Button small kind="danger" icon="trash" disabled={inUse} onClick={() => setAsking(true)}>
        Delete everything
      </Button>
      <Dialog
        title="Delete crops and identity head?"
        open={asking}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Keep them</Button>
            <Button
              kind="danger"
              onClick={() => {
                setAsking(false)
                onRemove()
              }}
            >
              Delete
            </Button>
          </>
        }
      >
        <p>
          The copies in this browser and what this device learnt of your identities are removed. The files that you
          picked stay where they are, and rounds that were counted stay counted.
        </p>
      </Dialog>
    </>
  )
}
