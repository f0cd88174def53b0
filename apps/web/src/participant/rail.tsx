import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icons.tsx'
import styles from './rail.module.css'

export const steps = ['join', 'crops', 'check', 'train'] as const
export type Step = (typeof steps)[number]
const titles: Record<Step, string> = { join: 'Join', crops: 'Crops', check: 'Check', train: 'Train' }

/** The four steps. Those reached stay open to be read again; `notes` say in a few words what came of them. */
export function Rail({
  shown,
  reached,
  notes,
  onShow,
}: {
  readonly shown: Step
  /** The furthest step that can be opened. */
  readonly reached: Step
  readonly notes: Partial<Record<Step, string>>
  readonly onShow: (step: Step) => void
}) {
  const furthest = steps.indexOf(reached)
  return (
    <nav className={styles.rail} aria-label="Steps">
      <ol>
        {steps.map((step, index) => (
          <li key={step}>
            <button
              type="button"
              className={classNames(styles.step, index < furthest && styles.done)}
              disabled={index > furthest}
              onClick={() => onShow(step)}
              {...(step === shown && { 'aria-current': 'step' as const })}
            >
              <span className={styles.mark} aria-hidden="true">
                {index < furthest ? <Icon name="check" /> : index + 1}
              </span>
              <span className={styles.title}>
                {titles[step]}
                {index < furthest && <span className="visually-hidden">, done</span>}
              </span>
              {notes[step] && <span className={styles.note}>{notes[step]}</span>}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}
