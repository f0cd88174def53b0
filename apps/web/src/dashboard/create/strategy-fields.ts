/** The form's half of strategies, read off their settings: a new one appears here by being in federation's registry. */
import { type StrategyName, strategies } from '@passerby/federation'
import type { FieldGroup, FormField } from './form-field.ts'
import { schemaGroups } from './schema-fields.ts'

export const strategyNames = Object.keys(strategies) as readonly StrategyName[]

/** Which strategy. */
export const strategyField: FormField = {
  path: 'strategy.name',
  label: 'Strategy',
  sentence: 'How the clients’ models become one, or several.',
  kind: 'choice',
  options: strategyNames.map((value) => ({ value, label: strategies[value].title })),
}

/** What each strategy asks for. */
export const strategyGroups = Object.fromEntries(strategyNames.map((of) => [of, groupsOf(of)])) as Readonly<
  Record<StrategyName, readonly FieldGroup[]>
>

/** The heading of a strategy's own settings is the strategy, which is chosen above them. */
function groupsOf(of: StrategyName): readonly FieldGroup[] {
  const [{ fields }, ...inner] = schemaGroups(strategies[of].settings, 'strategy')
  const own = (fields: FieldGroup['fields']) => fields.map((field) => ({ ...field, of }))
  return [{ fields: own(fields) }, ...inner.map((group) => ({ ...group, fields: own(group.fields) }))].filter(
    ({ fields }) => fields.length > 0,
  )
}
