import { useState } from 'react'
import { IconButton } from './button.tsx'
import type { IconName } from './icons.tsx'
import { chooseTheme, storedTheme, themes, type Theme } from './theme.ts'

const icons: Record<Theme, IconName> = { system: 'system', light: 'sun', dark: 'moon' }

/** One button that goes through system, light and dark. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]
  return (
    <IconButton
      icon={icons[theme]}
      label={`Colours: ${theme}. Switch to ${next}`}
      onClick={() => {
        chooseTheme(next)
        setTheme(next)
      }}
    />
  )
}
