import { useEffect, useState } from 'react'
import { Card } from '../ui/card.tsx'
import { classNames } from '../ui/class-names.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { Switch } from '../ui/switch.tsx'
import styles from './contact-sheet.module.css'
import { CropImage } from './crop-image.tsx'
import type { SheetImage } from './worker/workbench.ts'

const SHEET_SIZE = 48

/** Some of the crops, to see that the right ones were picked; blurred where others look on. */
export function ContactSheet({ load }: { readonly load: (size: number) => Promise<readonly SheetImage[]> }) {
  const [images, setImages] = useState<readonly SheetImage[]>()
  const [blurred, setBlurred] = useState(false)
  useEffect(() => {
    let shown = true
    void load(SHEET_SIZE).then((loaded) => shown && setImages(loaded))
    return () => {
      shown = false
    }
  }, [load])
  return (
    <Card title="Contact sheet" actions={<Switch label="Blur" checked={blurred} onChange={setBlurred} />}>
      {images ? (
        <ul className={classNames(styles.sheet, blurred && styles.blurred)}>
          {images.map((image, index) => (
            // The sheet is drawn once and never reordered.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>
              <CropImage image={image} />
            </li>
          ))}
        </ul>
      ) : (
        <Skeleton label="Loading the contact sheet" height={196} />
      )}
    </Card>
  )
}
