import { useId, type ComponentProps, type ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './field.module.css'
import { Icon } from './icons.tsx'

/** What a control needs to belong to its label, help and error: spread it on the control. */
export interface FieldControl {
  readonly id: string
  readonly 'aria-describedby'?: string
  readonly 'aria-invalid'?: true
}

/** A labelled control with one sentence of help and, when it is wrong, one that says what to change. */
export function Field({
  label,
  help,
  error,
  children,
}: {
  readonly label: ReactNode
  readonly help?: ReactNode
  readonly error?: string | undefined
  readonly children: (control: FieldControl) => ReactNode
}) {
  const id = useId()
  const described = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        ...(described && { 'aria-describedby': described }),
        ...(error && { 'aria-invalid': true as const }),
      })}
      {error && (
        <span className={styles.error} id={`${id}-error`}>
          <Icon name="error" /> {error}
        </span>
      )}
      {help && (
        <span className={styles.help} id={`${id}-help`}>
          {help}
        </span>
      )}
    </div>
  )
}

export function Input({
  mono = false,
  suffix,
  className,
  ...rest
}: ComponentProps<'input'> & { readonly mono?: boolean; readonly suffix?: string }) {
  const input = <input {...rest} className={classNames(styles.input, mono && styles.mono, className)} />
  if (!suffix) return input
  return (
    <span className={styles.suffixed}>
      {input}
      <span className={styles.suffix} aria-hidden="true">
        {suffix}
      </span>
    </span>
  )
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea {...rest} className={classNames(styles.input, className)} />
}

/** The browser's own list: right on every device and for every keyboard. */
export function Select<Value extends string>({
  options,
  onPick,
  className,
  ...rest
}: Omit<ComponentProps<'select'>, 'onChange' | 'value'> & {
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string; readonly disabled?: boolean }[]
  readonly onPick: (value: Value) => void
}) {
  return (
    <span className={styles.suffixed}>
      <select
        {...rest}
        className={classNames(styles.input, className)}
        onChange={(event) => {
          const picked = options.find((option) => option.value === event.target.value)
          if (picked) onPick(picked.value)
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled ?? false}>
            {option.label}
          </option>
        ))}
      </select>
      <span className={styles.chevron}>
        <Icon name="more" />
      </span>
    </span>
  )
}
