import { useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icons.tsx'
import styles from './crop-drop.module.css'
import { droppedFiles, pickedFiles } from './picked-files.ts'
import type { Picked } from './worker/workbench.ts'

/** Where files come in: dropped, picked as a folder, picked as files or .zip, or generated. */
export function CropDrop({ onPick }: { readonly onPick: (picked: Picked) => void }) {
  const folder = useRef<HTMLInputElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const picked = (list: FileList | null) => {
    const found = list && pickedFiles([...list])
    if (found) onPick(found)
  }
  return (
    <section
      className={classNames(styles.drop, over && styles.over)}
      aria-label="Pick crops"
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
      }}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void droppedFiles(event.dataTransfer).then((found) => found && onPick(found))
      }}
    >
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
        onChange={(event) => picked(event.target.files)}
      />
      <input
        ref={files}
        type="file"
        hidden
        aria-label="Crop files"
        multiple
        accept=".zip,application/zip,image/jpeg,image/png,image/webp,image/bmp"
        onChange={(event) => picked(event.target.files)}
      />
    </section>
  )
}
