import { useId, type ReactNode } from 'react'
import styles from './switch.module.css'

/** On or off, at once. */
export function Switch({
  label,
  help,
  checked,
  disabled = false,
  onChange,
}: {
  readonly label: string
  readonly help?: ReactNode
  readonly checked: boolean
  readonly disabled?: boolean
  readonly onChange: (checked: boolean) => void
}) {
  const id = useId()
  return (
    <label className={styles.switch}>
      <input
        type="checkbox"
        role="switch"
        className={styles.input}
        aria-labelledby={`${id}-label`}
        {...(help && { 'aria-describedby': `${id}-help` })}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className={styles.label} id={`${id}-label`}>
        {label}
      </span>
      {help && (
        <span className={styles.help} id={`${id}-help`}>
          {help}
        </span>
      )}
    </label>
  )
}
