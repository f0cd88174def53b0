import { useId } from 'react'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { LiveRegion } from '../../ui/live-region.tsx'
import page from '../page.module.css'
import styles from './create-page.module.css'
import { type Template, templates } from './templates.ts'

/** Scenarios to start from. `onUndo` is there while the last choice can be taken back. */
export function TemplateCards({
  chosen,
  onChoose,
  onUndo,
}: {
  readonly chosen: Template
  readonly onChoose: (template: Template) => void
  readonly onUndo: (() => void) | undefined
}) {
  const id = useId()
  return (
    <Card title="Start from">
      <ul className={styles.templates}>
        {templates.map((template) => (
          <li key={template.name} className={styles.template}>
            <button
              type="button"
              aria-pressed={template === chosen}
              aria-describedby={`${id}-${template.name}`}
              onClick={() => onChoose(template)}
            >
              {template.title}
            </button>
            <span id={`${id}-${template.name}`}>{template.sentence}</span>
          </li>
        ))}
      </ul>
      <LiveRegion text={onUndo ? `The form is filled in for: ${chosen.title}.` : ''} />
      {(onUndo ?? chosen.remark) && (
        <div className={page.row}>
          {onUndo && (
            <Button small onClick={onUndo}>
              Undo the choice
            </Button>
          )}
          <span className={page.small}>
            {onUndo && 'Every field but name and description was filled in. '}
            {chosen.remark}
          </span>
        </div>
      )}
    </Card>
  )
}
