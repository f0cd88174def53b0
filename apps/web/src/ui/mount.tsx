import { StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import './base.css'
import { applyTheme, storedTheme } from './theme.ts'

/** Draws a page into its document. */
export function mount(page: ReactNode): void {
  const element = document.getElementById('page')
  if (!element) throw new Error('mount: the document has no #page')
  applyTheme(storedTheme())
  createRoot(element).render(<StrictMode>{page}</StrictMode>)
}
