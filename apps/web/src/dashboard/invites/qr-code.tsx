import { create } from 'qrcode'
import { useMemo } from 'react'
import { QUIET_ZONE, qrPath } from './qr-path.ts'
import styles from './invites.module.css'

/** A text as a QR code, black on white in either colour scheme, since readers expect it so. */
export function QrCode({ label, text }: { readonly label: string; readonly text: string }) {
  const { path, side } = useMemo(() => {
    const { modules } = create(text, { errorCorrectionLevel: 'L' })
    return { path: qrPath(modules.data, modules.size), side: modules.size + 2 * QUIET_ZONE }
  }, [text])
  return (
    <figure className={styles.qr} aria-label={label}>
      <svg viewBox={`0 0 ${side} ${side}`} shapeRendering="crispEdges" aria-hidden="true">
        <rect width={side} height={side} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
    </figure>
  )
}
