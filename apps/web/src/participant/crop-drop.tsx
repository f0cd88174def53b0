import { droppedFiles, pickedFiles, type PathFile } from '@passerby/crops/browser'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icons.tsx'
import styles from './crop-drop.module.css'
import { messageOf } from './message-of.ts'
import type { Picked } from './worker/workbench.ts'

/** Where files come in: dropped, picked as a folder, picked as files or .zip, or generated. */
export function CropDrop({
  onPick,
  onProblem,
}: {
  readonly onPick: (picked: Picked) => void
  /** Why a drop could not be read. */
  readonly onProblem: (problem: string) => void
}) {
  const folder = useRef<HTMLInputElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const pick = (found: readonly PathFile[]) => {
    if (found.length > 0) onPick({ kind: 'files', files: found })
  }
  const { zone, over } = useDropZone((transfer) => {
    droppedFiles(transfer).then(pick, (error: unknown) => onProblem(messageOf(error)))
  })
  return (
    <section ref={zone} className={classNames(styles.drop, over && styles.over)} aria-label="Pick crops">
      <Icon name="folder" />
      <p className={styles.title}>Drop a folder or a .zip of crops here</p>
      <div className={styles.buttons}>
        <Button kind="primary" icon="folder" onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
        <Button onClick={() => files.current?.click()}>Choose files or a .zip</Button>
        <Button
          icon="people"
          onClick={() => onPick({ kind: 'generated', seed: crypto.getRandomValues(new Uint32Array(1))[0] })}
        >
          Use generated people
        </Button>
      </div>
      <p className={styles.help}>
        JPEG, PNG, WebP or BMP. Names or folders must say who and which camera: Market-1501 names, a folder per person,
        a folder per camera, or a pattern of your own.
      </p>
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder of crops"
        multiple
        {...{ webkitdirectory: '' }}
        onChange={(event) => pick(pickedFiles(event.target.files ?? []))}
      />
      <input
        ref={files}
        type="file"
        hidden
        aria-label="Crop files"
        multiple
        accept=".zip,application/zip,image/jpeg,image/png,image/webp,image/bmp"
        onChange={(event) => pick(pickedFiles(event.target.files ?? []))}
      />
    </section>
  )
}

/** Lets files be dropped on an element. The buttons in it do the same by keyboard. */
function useDropZone(onDrop: (transfer: DataTransfer) => void) {
  const zone = useRef<HTMLElement>(null)
  const [over, setOver] = useState(false)
  const drop = useEffectEvent(onDrop)
  useEffect(() => {
    const element = zone.current
    if (!element) return
    const listening = new AbortController()
    const on = (type: 'dragover' | 'dragleave' | 'drop', listener: (event: DragEvent) => void) =>
      element.addEventListener(type, listener, { signal: listening.signal })
    on('dragover', (event) => {
      event.preventDefault()
      setOver(true)
    })
    on('dragleave', (event) => {
      if (!(event.relatedTarget instanceof Node && element.contains(event.relatedTarget))) setOver(false)
    })
    on('drop', (event) => {
      event.preventDefault()
      setOver(false)
      if (event.dataTransfer) drop(event.dataTransfer)
    })
    return () => listening.abort()
  }, [])
  return { zone, over }
}
