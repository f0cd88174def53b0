import type { ComponentProps } from 'react'
import styles from './button.module.css'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icons.tsx'

type Look = {
  /** `primary`: the one next thing to do on a screen. */
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly small?: boolean
  readonly icon?: IconName
}

export type ButtonProps = ComponentProps<'button'> & Look

export function Button({ kind = 'plain', small = false, icon, className, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={classNames(lookOf(kind, small), className)}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}

/** A link that looks like a button: for downloads and other pages. */
export function ButtonLink({
  kind = 'plain',
  small = false,
  icon,
  className,
  children,
  ...rest
}: ComponentProps<'a'> & Look) {
  return (
    <a {...rest} className={classNames(lookOf(kind, small), className)}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  )
}

/** A square button with an icon alone; `label` is its accessible name and its tooltip. */
export function IconButton({
  icon,
  label,
  className,
  ...rest
}: Omit<ComponentProps<'button'>, 'children'> & { readonly icon: IconName; readonly label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={classNames(styles.button, styles.quiet, styles.icon, className)}
    >
      <Icon name={icon} />
    </button>
  )
}

function lookOf(kind: NonNullable<Look['kind']>, small: boolean): string {
  return classNames(styles.button, styles[kind], small && styles.small)
}
