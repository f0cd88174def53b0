import { useEffect, useState } from 'react'
import styles from './crop-image.module.css'
import type { SheetImage } from './worker/workbench.ts'

/** One crop, from memory: its address is local to this tab and given back when it goes. */
export function CropImage({ image }: { readonly image: SheetImage }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(image.image)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [image])
  const says = `Identity ${image.identity}, camera ${image.camera}`
  return <img className={styles.crop} src={url} alt={says} title={says} />
}
