import { useCallback } from 'react'
import styles from './crop-image.module.css'
import type { SheetImage } from './worker/workbench.ts'

/** One crop, from memory: its address is local to this tab and given back when it goes. */
export function CropImage({ image }: { readonly image: SheetImage }) {
  const show = useCallback(
    (element: HTMLImageElement) => {
      element.src = URL.createObjectURL(image.image)
      return () => URL.revokeObjectURL(element.src)
    },
    [image],
  )
  const says = `Identity ${image.identity}, camera ${image.camera}`
  return <img className={styles.crop} ref={show} alt={says} title={says} />
}
