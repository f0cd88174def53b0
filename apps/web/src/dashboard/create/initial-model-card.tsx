import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { plural } from '../../ui/format.ts'
import { Notice } from '../../ui/notice.tsx'
import page from '../page.module.css'
import type { CheckpointFit } from './checkpoint-fit.ts'
import styles from './create-page.module.css'
import { type Checkpoint, readCheckpoint } from './initial-model.ts'

/** A long list of what does not fit says no more than its beginning. */
const MISFITS_SHOWN = 12

/** Where training starts: from a checkpoint of this backbone, or from values drawn by the seed. */
export function InitialModelCard({
  seed,
  checkpoint,
  fit,
  insist,
  onPick,
}: {
  readonly seed: string
  readonly checkpoint: Checkpoint | undefined
  readonly fit: CheckpointFit | undefined
  /** The form was submitted: a checkpoint that does not fit is at fault. */
  readonly insist: boolean
  readonly onPick: (checkpoint: Checkpoint | undefined) => void
}) {
  const unfit = checkpoint !== undefined && fit?.fits !== true
  return (
    <Card title="Initial model">
      <p className={page.muted}>
        Without a checkpoint this page draws the first values by seed {seed || '—'}, as PyTorch does, and uploads them.
        Parameters of a trained model of the same backbone give a better start.
      </p>
      <div className={page.row}>
        <label className={styles.file}>
          <span>{checkpoint ? 'Another checkpoint' : 'Choose a checkpoint (.safetensors)'}</span>
          <input
            type="file"
            className="visually-hidden"
            accept=".safetensors"
            data-invalid={insist && unfit}
            onChange={(event) => {
              const file = event.target.files?.item(0)
              if (file) void readCheckpoint(file).then(onPick)
            }}
          />
        </label>
        {checkpoint && (
          <Button kind="quiet" onClick={() => onPick(undefined)}>
            Start from the seed instead
          </Button>
        )}
      </div>
      <div aria-live="polite">{checkpoint && <Verdict checkpoint={checkpoint} fit={fit} />}</div>
    </Card>
  )
}

function Verdict({ checkpoint, fit }: { readonly checkpoint: Checkpoint; readonly fit: CheckpointFit | undefined }) {
  if ('unreadable' in checkpoint)
    return (
      <Notice tone="bad" title={`${checkpoint.name} cannot be read`}>
        {checkpoint.unreadable}
      </Notice>
    )
  if (!fit) return <Notice title={checkpoint.name}>It is checked as soon as all fields are right.</Notice>
  if (fit.fits)
    return (
      <Notice tone="good" title={`${checkpoint.name} fits`}>
        All {plural(fit.params.layout.length, 'parameter')} have the names and shapes of this backbone.
      </Notice>
    )
  const hidden = fit.misfits.length - MISFITS_SHOWN
  return (
    <Notice tone="bad" title={`${checkpoint.name} is no model of this backbone`}>
      <p>Choose the backbone and the embedding size that it was made with, or another file.</p>
      <ul className={styles.misfits}>
        {fit.misfits.slice(0, MISFITS_SHOWN).map(({ parameter, reason }) => (
          <li key={`${parameter} ${reason}`}>
            <code>{parameter}</code> {reason}
          </li>
        ))}
        {hidden > 0 && <li>and {plural(hidden, 'more parameter')}</li>}
      </ul>
    </Notice>
  )
}
