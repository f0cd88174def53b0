import { useEffect, useState } from 'react'

const SHOWN_MS = 2_000

/** Copies `text`; for two seconds after that `copied` is true. Where the clipboard is closed to us nothing happens. */
export function useCopied(text: string): { readonly copied: boolean; readonly copy: () => void } {
  const [copied, setCopied] = useState<string>()
  useEffect(() => {
    if (copied === undefined) return
    const timer = setTimeout(() => setCopied(undefined), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(text),
      () => setCopied(undefined),
    )
  }
  return { copied: copied === text, copy }
}
