import { useState } from 'react'
import { Button } from './button.tsx'
import styles from './copy-field.module.css'

/** A text to take elsewhere. Selects itself on focus, so that it can be copied where the clipboard is closed to us. */
export function CopyField({ label, text }: { readonly label: string; readonly text: string }) {
  const [copied, setCopied] = useState<string>()
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(text),
      () => setCopied(undefined),
    )
  }
  return (
    <div className={styles.copy}>
      <input
        className={styles.text}
        aria-label={label}
        value={text}
        readOnly
        onFocus={(event) => event.target.select()}
      />
      <Button icon={copied === text ? 'check' : 'copy'} onClick={copy} aria-label={`Copy ${label}`}>
        {copied === text ? 'Copied' : 'Copy'}
      </Button>
      <span className="visually-hidden" aria-live="polite">
        {copied === text ? 'Copied' : ''}
      </span>
    </div>
  )
}
