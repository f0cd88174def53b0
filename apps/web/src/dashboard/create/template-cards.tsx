import { useId, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { LiveRegion } from '../../ui/live-region.tsx'
import page from '../page.module.css'
import styles from './create-page.module.css'
import { type Template, templates } from './templates.ts'

/** Scenarios to start from. `before` is what was chosen before, while the last choice can be taken back. */
export function TemplateCards({
  chosen,
  before,
  onChoose,
  onUndo,
}: {
  readonly chosen: Template
  readonly before: Template | undefined
  readonly onChoose: (template: Template) => void
  readonly onUndo: () => void
}) {
  const id = useId()
  const buttons = useRef(new Map<string, HTMLButtonElement>())
  const [undone, setUndone] = useState(false)

  const choose = (template: Template) => {
    setUndone(false)
    onChoose(template)
  }
  const undo = (to: Template) => {
    // The button that has the focus is about to go.
    buttons.current.get(to.name)?.focus()
    setUndone(true)
    onUndo()
  }

  return (
    <Card title="Start from">
      <ul className={styles.templates}>
        {templates.map((template) => (
          <li key={template.name} className={styles.template}>
            <button
              type="button"
              aria-pressed={template === chosen}
              aria-describedby={`${id}-${template.name}`}
              ref={(button) => {
                if (button) buttons.current.set(template.name, button)
              }}
              onClick={() => choose(template)}
            >
              {template.title}
            </button>
            <span id={`${id}-${template.name}`}>{template.sentence}</span>
          </li>
        ))}
      </ul>
      <LiveRegion text={announced(chosen, { undone, before })} />
      {(before ?? chosen.remark) && (
        <div className={page.row}>
          {before && (
            <Button small onClick={() => undo(before)}>
              Undo the choice
            </Button>
          )}
          <span className={page.small}>
            {before && 'Every field but name and description was filled in. '}
            {chosen.remark}
          </span>
        </div>
      )}
    </Card>
  )
}

function announced(
  { title }: Template,
  { undone, before }: { readonly undone: boolean; readonly before: Template | undefined },
): string {
  if (undone) return `The choice is undone: the form is as it was, from: ${title}.`
  return before ? `The form is filled in for: ${title}.` : ''
}
