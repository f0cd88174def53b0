import type { ReactNode } from 'react'
import { Field, Input, Select, TextArea } from '../../ui/field.tsx'
import { Switch } from '../../ui/switch.tsx'
import page from '../page.module.css'
import styles from './create-page.module.css'
import { defaultOf } from './form-draft.ts'
import type { FormField } from './form-field.ts'

/** One setting: its control, its sentence and default, and what is wrong with it. */
export function FieldControl({
  field,
  value,
  error,
  advice,
  options = field.options ?? [],
  onChange,
  onLeave,
}: {
  readonly field: FormField
  readonly value: string | boolean
  readonly error: string | undefined
  readonly advice: string | undefined
  readonly options?: readonly { readonly value: string; readonly label: string }[] | undefined
  readonly onChange: (value: string | boolean) => void
  readonly onLeave: () => void
}) {
  const byDefault = defaultOf(field)
  const help: ReactNode = (
    <>
      {field.sentence}
      {byDefault && ` Default: ${byDefault}.`}
      {advice && !error && <span className={styles.advice}> {advice}</span>}
    </>
  )
  if (field.options?.length === 1)
    return (
      <div className={styles.only}>
        <b>
          {field.label}: {byDefault}
        </b>
        <p className={page.muted}>{field.sentence}</p>
      </div>
    )
  if (typeof value === 'boolean')
    return (
      <div>
        <Switch label={field.label} help={help} checked={value} onChange={onChange} />
        {error && (
          <p className={styles.switchError} role="alert">
            {error}
          </p>
        )}
      </div>
    )
  return (
    <Field label={field.label} help={help} error={error}>
      {(control) => {
        const text = {
          ...control,
          value,
          onBlur: onLeave,
          onChange: (event: { readonly target: { readonly value: string } }) => onChange(event.target.value),
        }
        switch (field.kind) {
          case 'choice':
            return <Select {...control} value={value} options={options} onPick={onChange} onBlur={onLeave} />
          case 'lines':
            return <TextArea {...text} rows={2} />
          case 'number':
          case 'percent':
            return <Input {...text} inputMode="decimal" {...(field.unit && { suffix: field.unit })} />
          case 'text':
          case 'integers':
          case 'switch':
            return <Input {...text} autoComplete="off" />
        }
      }}
    </Field>
  )
}
