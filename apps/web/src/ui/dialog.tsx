import { useEffect, useId, useRef, type ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { classNames } from './class-names.ts'
import styles from './dialog.module.css'

/**
 * The browser's own modal: it keeps the focus, closes on Escape, gives the focus back, and needs no style element,
 * which the pages' content policy forbids.
 */
export function Dialog({
  title,
  open,
  wide = false,
  onClose,
  actions,
  children,
}: {
  readonly title: string
  readonly open: boolean
  readonly wide?: boolean
  readonly onClose: () => void
  /** Buttons, the one to take last. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    if (open) dialog.current?.showModal()
    else dialog.current?.close()
  }, [open])
  return (
    <dialog
      ref={dialog}
      className={classNames(styles.dialog, wide && styles.wide)}
      aria-labelledby={id}
      onClose={onClose}
    >
      {open && (
        <div className={styles.body}>
          <div className={styles.head}>
            <h2 id={id}>{title}</h2>
            <IconButton icon="cross" label="Close" onClick={onClose} />
          </div>
          {children}
          {actions && <div className={styles.actions}>{actions}</div>}
        </div>
      )}
    </dialog>
  )
}
