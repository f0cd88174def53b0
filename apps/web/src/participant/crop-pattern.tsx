import type { PatternPreview } from '@passerby/crops'
import { useState } from 'react'
import { Card } from '../ui/card.tsx'
import { DataTable, type Column } from '../ui/data-table.tsx'
import { Field, Input } from '../ui/field.tsx'
import { formatCount } from '../ui/format.ts'
import styles from './crop-pattern.module.css'
import type { CropsView } from './worker/workbench.ts'

const columns: readonly Column<PatternPreview>[] = [
  { name: 'Name', cell: ({ name }) => <span className={styles.path}>{name}</span> },
  { name: 'Identity', cell: ({ reading }) => reading?.identity ?? <span className={styles.none}>not read</span> },
  { name: 'Camera', cell: ({ reading }) => reading?.camera },
]

/** How names are read, and a field to change it: every key stroke shows its effect. */
export function CropPattern({
  view,
  locked,
  readNames,
}: {
  readonly view: CropsView
  readonly locked: boolean
  /** Gives what is wrong with a pattern, if anything. */
  readonly readNames: (syntax: string) => Promise<string | undefined>
}) {
  const [syntax, setSyntax] = useState(view.pattern?.syntax ?? '')
  const [problem, setProblem] = useState<string>()
  const fitting = view.summary.images
  const images = fitting + view.summary.withoutIdentity.length
  return (
    <Card title="How names are read">
      <Field
        label="Filename pattern"
        help={
          <>
            {view.pattern ? (
              <>
                <b>{view.pattern.name}</b> fits {formatCount(fitting)} of {formatCount(images)} names.{' '}
              </>
            ) : (
              'No known pattern fits these names. '
            )}
            {view.kept ? (
              'To read them otherwise, delete everything and import again.'
            ) : (
              <>
                Write <code>{'{identity}'}</code>, <code>{'{camera}'}</code> and <code>*</code> for anything else, for
                example <code>{'{identity}/{camera}_*'}</code>. Empty: recognised by itself.
              </>
            )}
          </>
        }
        error={problem}
      >
        {(control) => (
          <Input
            {...control}
            mono
            value={syntax}
            disabled={locked || view.kept}
            spellCheck={false}
            autoCapitalize="none"
            onChange={(event) => {
              const written = event.target.value
              setSyntax(written)
              void readNames(written).then(setProblem)
            }}
          />
        )}
      </Field>
      <DataTable
        caption="The first names and what was read from each"
        cards={false}
        rows={view.preview}
        rowKey={({ name }) => name}
        columns={columns}
      />
    </Card>
  )
}
