import { Tabs as Radix } from 'radix-ui'
import { type ReactNode, useEffect, useRef } from 'react'
import styles from './tabs.module.css'

export interface Tab<Name extends string> {
  readonly name: Name
  readonly label: ReactNode
  readonly content: ReactNode
}

/** Panels of which one is seen. Only the open one is mounted. */
export function Tabs<Name extends string>({
  label,
  tabs,
  value,
  onChange,
}: {
  readonly label: string
  readonly tabs: readonly Tab<Name>[]
  readonly value: Name
  readonly onChange: (name: Name) => void
}) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // On a phone the list scrolls, and the open tab may be beyond its edge.
    list.current?.querySelector(`[data-tab="${value}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [value])
  return (
    <Radix.Root
      value={value}
      onValueChange={(picked) => {
        const tab = tabs.find(({ name }) => name === picked)
        if (tab) onChange(tab.name)
      }}
    >
      <Radix.List className={styles.list} aria-label={label} ref={list}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.name} className={styles.tab} value={tab.name} data-tab={tab.name}>
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.name} className={styles.panel} value={tab.name}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
