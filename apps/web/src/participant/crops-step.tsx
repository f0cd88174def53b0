import { Button } from '../ui/button.tsx'
import { Card, Figures } from '../ui/card.tsx'
import { formatBytes, formatCount, plural } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { ContactSheet } from './contact-sheet.tsx'
import { CropDrop } from './crop-drop.tsx'
import { CropHistograms } from './crop-histograms.tsx'
import { CropPattern } from './crop-pattern.tsx'
import { CropProblems } from './crop-problems.tsx'
import page from './page.module.css'
import type { CropsState } from './page-state.ts'
import { RemoveCrops } from './remove-crops.tsx'
import type { Picked, SheetImage } from './worker/workbench.ts'

export interface CropsActions {
  readonly read: (picked: Picked) => void
  /** Says why files could not be read. */
  readonly complain: (problem: string) => void
  readonly readNames: (syntax: string) => Promise<string | undefined>
  readonly keep: () => void
  readonly forget: () => void
  readonly cancel: () => void
  readonly sheet: (size: number) => Promise<readonly SheetImage[]>
}

/** From a pile of files to crops with identity and camera, seen before anything starts. */
export function CropsStep({
  crops,
  storage,
  inUse,
  actions,
  onNext,
}: {
  readonly crops: CropsState
  /** Bytes, of this site. */
  readonly storage: { readonly used: number; readonly left: number } | undefined
  /** Training goes on with them: they can be looked at, not changed. */
  readonly inUse: boolean
  readonly actions: CropsActions
  readonly onNext: () => void
}) {
  return (
    <>
      <div className={page.title}>
        <h1>Crops</h1>
        <p className={page.lead}>
          Pictures cut around one person each, by two cameras or more. They are read in this tab and never sent.
        </p>
      </div>
      {crops.problem && (
        <Notice tone="bad" title="That did not work.">
          <p>{crops.problem}</p>
          <p>The files that you picked are untouched.</p>
        </Notice>
      )}
      {crops.state === 'none' && <CropDrop onPick={actions.read} onProblem={actions.complain} />}
      {crops.state === 'reading' && (
        <Card title="Reading">
          <ProgressBar label="Files read" fraction={crops.total === 0 ? 0 : crops.done / crops.total} />
          <p className={page.muted}>
            {formatCount(crops.done)} of {plural(crops.total, 'file')}
          </p>
          <div className={page.actions}>
            <Button onClick={actions.cancel}>Cancel</Button>
          </div>
        </Card>
      )}
      {(crops.state === 'read' || crops.state === 'kept') && (
        <CropsFound {...{ crops, storage, inUse, actions, onNext }} />
      )}
    </>
  )
}

function CropsFound({
  crops,
  storage,
  inUse,
  actions,
  onNext,
}: {
  readonly crops: Extract<CropsState, { state: 'read' | 'kept' }>
  readonly storage: { readonly used: number; readonly left: number } | undefined
  readonly inUse: boolean
  readonly actions: CropsActions
  readonly onNext: () => void
}) {
  const { view } = crops
  const { summary } = view
  const usable = summary.identities.length >= 2
  const keeping = crops.state === 'read' && crops.keeping
  return (
    <>
      {!usable && (
        <Notice tone="warn" title="There are fewer than two people in these crops.">
          {summary.images === 0
            ? 'No name fits the pattern: change it below until the preview shows an identity.'
            : 'Training tells people apart, so it needs two at least, better twenty. Check the pattern below, or pick another folder.'}
        </Notice>
      )}
      <Card title={`Found in ${view.origin}`} actions={<RemoveCrops {...{ crops, inUse }} onRemove={actions.forget} />}>
        <Figures
          figures={[
            { name: 'Images', value: formatCount(summary.images), note: formatBytes(summary.bytes) },
            { name: 'Identities', value: formatCount(summary.identities.length) },
            { name: 'Cameras', value: formatCount(summary.cameras.length) },
            ...(storage
              ? [
                  {
                    name: 'Storage used',
                    value: formatBytes(storage.used),
                    note: `${formatBytes(storage.left)} left`,
                  },
                ]
              : []),
          ]}
        />
        {summary.images > 0 && <CropHistograms summary={summary} />}
        {keeping && (
          <ProgressBar
            label="Copied to this browser's storage"
            fraction={keeping.total === 0 ? 0 : keeping.done / keeping.total}
          />
        )}
        <div className={page.actions}>
          {crops.state === 'kept' ? (
            <>
              <Button kind="primary" disabled={!usable} onClick={onNext}>
                {inUse ? 'Back to training' : 'Continue'}
              </Button>
              <span className={page.small}>Kept in this browser: a reload needs no new import.</span>
            </>
          ) : (
            <>
              <Button kind="primary" disabled={!usable || keeping !== undefined} onClick={actions.keep}>
                Use these crops
              </Button>
              <span className={page.small}>They are copied to this browser's own storage on this device.</span>
            </>
          )}
        </div>
      </Card>
      <CropPattern key={view.origin} view={view} locked={inUse} readNames={actions.readNames} />
      {summary.images > 0 && (
        <ContactSheet key={`${view.origin} ${summary.images} ${summary.identities.length}`} load={actions.sheet} />
      )}
      <CropProblems summary={summary} />
    </>
  )
}
