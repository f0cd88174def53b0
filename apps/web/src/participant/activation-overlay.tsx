import { useCallback } from 'react'
import { heatPixels } from './heat.ts'
import styles from './own-search.module.css'
import type { ActivationMap } from './worker/workbench.ts'

/** A map over its crop, which fills the same box. What it says is also said in words, for all crops together. */
export function ActivationOverlay({ map }: { readonly map: ActivationMap }) {
  const draw = useCallback(
    (canvas: HTMLCanvasElement | null) => {
      const pixels = new ImageData(heatPixels(map), map.width, map.height)
      canvas?.getContext('2d')?.putImageData(pixels, 0, 0)
    },
    [map],
  )
  return <canvas className={styles.overlay} ref={draw} width={map.width} height={map.height} aria-hidden="true" />
}
