import { formatSeconds } from '../../ui/format.ts'
import { type PhaseBar as Bar, phaseNames } from './phase-bars.ts'
import tables from './tables.module.css'

/** Seconds of a session's phases, stacked. */
export function PhaseBar({ bar }: { readonly bar: Bar }) {
  const text = bar.parts.map(({ phase, seconds }) => `${phase} ${formatSeconds(seconds)}`).join(', ')
  return (
    <>
      <span className="visually-hidden">{text}</span>
      <svg className={tables.bar} aria-hidden="true">
        <title>{text}</title>
        {bar.parts.map(({ phase, from, share }) => (
          <rect key={phase} className={tables[phase]} x={`${100 * from}%`} width={`${100 * share}%`} height="12" />
        ))}
      </svg>
    </>
  )
}

export function PhaseLegend() {
  return (
    <div className={tables.legend} aria-hidden="true">
      {phaseNames.map((phase) => (
        <span key={phase}>
          <svg width="10" height="10">
            <rect className={tables[phase]} width="10" height="10" rx="2" />
          </svg>
          {phase}
        </span>
      ))}
    </div>
  )
}
