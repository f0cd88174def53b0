import type { FederationView } from '@passerby/protocol'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { formatBytes } from '../../ui/format.ts'
import { defaultOf, shownValue, valueOf } from '../create/form-draft.ts'
import { type FormField, askedFields } from '../create/form-field.ts'
import { type Section, formFields, sectionTitles, sections } from '../create/form-fields.ts'
import { strategyGroups } from '../create/strategy-fields.ts'
import { formatMoment } from '../format-time.ts'
import page from '../page.module.css'
import tables from './tables.module.css'

type Named = readonly [name: string, value: string]

/** What the federation was created with. Settings are signed into every round, so they never change. */
export function SettingsPanel({ view }: { readonly view: FederationView }) {
  return (
    <div className={page.stack}>
      {sections.map((section) => (
        <Card key={section} title={sectionTitles[section]}>
          <DataTable
            caption={sectionTitles[section]}
            rows={fieldsIn(section, view)}
            rowKey={({ path }) => path}
            columns={settingColumns(view)}
          />
        </Card>
      ))}
      <Card title="Identity">
        <DataTable caption="Identity" rows={identityOf(view)} rowKey={([name]) => name} columns={identityColumns} />
      </Card>
    </div>
  )
}

/** Those of the strategy under the names of their groups. */
function fieldsIn(section: Section, { settings }: FederationView): readonly FormField[] {
  const own = section === 'strategy' ? strategyGroups[settings.strategy.name] : []
  return [
    ...formFields[section],
    ...own.flatMap((group) =>
      askedFields(group, (field) => valueOf(field, settings)).map((field) => ({
        ...field,
        label: group.title ? `${group.title}: ${field.label.toLowerCase()}` : field.label,
      })),
    ),
  ]
}

function identityOf(view: FederationView): readonly Named[] {
  return [
    ['Federation', view.summary.id],
    ['Created', formatMoment(view.summary.createdAt)],
    ['Key fingerprint, in words', view.fingerprint.words],
    ['Key fingerprint', view.fingerprint.base64url],
    ['Initial model, SHA-256', view.initialModel.sha256],
    ['One update', formatBytes(view.updateBytes)],
  ]
}

const identityColumns: readonly Column<Named>[] = [
  { name: 'Name', cell: ([name]) => name },
  { name: 'Value', wide: true, cell: ([, value]) => <code className={tables.message}>{value}</code> },
]

function settingColumns({ settings }: FederationView): readonly Column<FormField>[] {
  return [
    { name: 'Setting', cell: ({ label }) => label },
    { name: 'Value', cell: (field) => shownValue(field, settings) || '—' },
    { name: 'Default', cell: (field) => <span className={page.muted}>{defaultOf(field) || '—'}</span> },
  ]
}
