import { Button } from './button.tsx'
import styles from './copy-field.module.css'
import { useCopied } from './use-copied.ts'

/** A text to take elsewhere. Selects itself on focus, so that it can be copied where the clipboard is closed to us. */
export function CopyField({ label, text }: { readonly label: string; readonly text: string }) {
  const { copied, copy } = useCopied(text)
  return (
    <div className={styles.copy}>
      <input
        className={styles.text}
        aria-label={label}
        value={text}
        readOnly
        onFocus={(event) => event.target.select()}
      />
      <Button icon={copied ? 'check' : 'copy'} onClick={copy} aria-label={`Copy ${label}`}>
        {copied ? 'Copied' : 'Copy'}
      </Button>
      <span className="visually-hidden" aria-live="polite">
        {copied ? 'Copied' : ''}
      </span>
    </div>
  )
}
