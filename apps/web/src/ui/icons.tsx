import type { ReactNode } from 'react'

/** Line icons on a 16 px grid, drawn in the text colour. Decorative: the text beside them says it. */
const shapes = {
  check: <path d="m3.5 8.5 3 3 6-7" />,
  cross: <path d="m4 4 8 8m0-8-8 8" />,
  note: <path d="M8 7.25V11M8 5h.01M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z" />,
  warning: (
    <path d="M8 6.5v3M8 11.5h.01M7.1 2.6 1.6 12a1 1 0 0 0 .9 1.5h11a1 1 0 0 0 .9-1.5L8.9 2.6a1 1 0 0 0-1.8 0Z" />
  ),
  error: <path d="M8 5v3.5M8 11h.01M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5Z" />,
  copy: <path d="M6 5.5h7.5V13A.5.5 0 0 1 13 13.5H6.5A.5.5 0 0 1 6 13Zm-2 5H2.5V3a.5.5 0 0 1 .5-.5h7V4" />,
  chart: <path d="M2.5 2.5v11h11M5 10l2.5-3 2 1.5L13 4" />,
  table: <path d="M2.5 3h11v10h-11Zm0 3.5h11m-11 3.25h11M6.5 6.5V13" />,
  sun: (
    <path d="M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1m8 8 1 1M3 13l1-1m8-8 1-1M11 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z" />
  ),
  moon: <path d="M13.5 9.5A5.75 5.75 0 0 1 6.5 2.5a5.75 5.75 0 1 0 7 7Z" />,
  system: <path d="M2 3h12v8H2Zm3.5 11h5M8 11v3" />,
  shield: <path d="M8 1.75 3 3.5v4c0 3.2 2 5.6 5 6.75 3-1.15 5-3.55 5-6.75v-4Z" />,
  up: <path d="M8 13V3.5M4 7l4-4 4 4" />,
  down: <path d="M8 3v9.5M4 9l4 4 4-4" />,
  lock: <path d="M4 7.5h8v6H4Zm1.75 0V5a2.25 2.25 0 0 1 4.5 0v2.5" />,
  pause: <path d="M5.5 3.5v9m5-9v9" />,
  play: <path d="M5 3.2v9.6L12.5 8Z" />,
  stop: <path d="M4 4h8v8H4Z" />,
  folder: <path d="M1.75 12.5v-9h4.5l1.5 2h6.5v7Z" />,
  people: (
    <path d="M6 7.5a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5Zm-4.25 6V12A4.25 4.25 0 0 1 6 8.5 4.25 4.25 0 0 1 10.25 12v1.5m.25-10.25a2.25 2.25 0 0 1 0 4.1m1.25 1.4A4.25 4.25 0 0 1 14.25 12v1.5" />
  ),
  trash: <path d="M2.5 4h11M6 4V2.5h4V4m-6 0 .75 9.5h6.5L12 4M6.75 6.75v4m2.5-4v4" />,
  more: <path d="m5.5 3 5 5-5 5" />,
  add: <path d="M8 3v10M3 8h10" />,
  search: <path d="M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0Zm-1 3 3.5 3.5" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof shapes

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  )
}
