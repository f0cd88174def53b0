import type { WatchedRun } from '@passerby/operator'
import { Button, IconButton } from '../../ui/button.tsx'
import { fileStem, saveFile } from '../../ui/save-file.ts'
import { useCopied } from '../../ui/use-copied.ts'
import { useOperator } from '../session/operator-context.ts'
import { useAction } from '../use-action.ts'
import tables from './tables.module.css'

/** A model's name is its SHA-256: its beginning to look at, the whole to copy. */
export function ModelHash({ sha256 }: { readonly sha256: string }) {
  const { copied, copy } = useCopied(sha256)
  return (
    <span className={tables.hash}>
      <code title={sha256}>{sha256.slice(0, 12)}</code>
      <IconButton
        icon={copied ? 'check' : 'copy'}
        label={copied ? 'Copied' : `Copy the SHA-256 ${sha256.slice(0, 12)}`}
        onClick={copy}
      />
    </span>
  )
}

/** Downloads a model as safetensors. `round` 0 is the initial model; `group` where it is of one alone. */
export function SaveModel({
  run,
  model,
  round,
  group,
}: {
  readonly run: WatchedRun
  readonly model: { readonly sha256: string }
  readonly round: number
  readonly group?: string | undefined
}) {
  const operator = useOperator()
  const { busy, problem, run: act } = useAction()
  async function save(): Promise<void> {
    const file = await act(() => operator.downloadModel(model.sha256))
    const version = round === 0 ? 'initial' : group ? `round-${round}-group-${group}` : `round-${round}`
    if (file) saveFile(file, `${fileStem(run.view.summary.name)}-${version}.safetensors`)
  }
  return (
    <>
      <Button
        small
        icon="down"
        disabled={busy}
        onClick={() => void save()}
        aria-label={`Download the ${round === 0 ? 'initial model' : `model of ${group ? `group ${group}, ` : ''}round ${round}`}`}
      >
        {busy ? 'Downloading …' : 'Download'}
      </Button>
      {problem && <span role="alert">{problem}</span>}
    </>
  )
}
