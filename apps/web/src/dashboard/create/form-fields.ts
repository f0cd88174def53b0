import type { StrategyName } from '@passerby/federation'
import type { FormField } from './form-field.ts'
import { learningFields } from './learning-fields.ts'
import { strategyField, strategyGroups, strategyNames } from './strategy-fields.ts'

export const sections = ['federation', 'strategy', 'learning', 'rounds', 'privacy', 'evaluation'] as const
export type Section = (typeof sections)[number]

export const sectionTitles: Readonly<Record<Section, string>> = {
  federation: 'Federation',
  strategy: 'Strategy',
  learning: 'Learning',
  rounds: 'Rounds',
  privacy: 'Privacy',
  evaluation: 'Evaluation',
}

/**
 * The form of a new federation as data: one entry for every setting of protocol's `FederationSettings`, by its path
 * there. Bounds and defaults are the schema's alone; here is only what a person reads. A test holds both together. What
 * a strategy asks for beside its name is in `strategyGroups`.
 */
export const formFields: Readonly<Record<Section, readonly FormField[]>> = {
  federation: [
    { path: 'name', label: 'Name', sentence: 'Everyone who is invited sees it.', kind: 'text', wide: true },
    {
      path: 'description',
      label: 'Description',
      sentence: 'What it is for and who runs it, read before joining.',
      kind: 'lines',
      wide: true,
    },
  ],
  strategy: [strategyField],
  learning: learningFields,
  rounds: [
    { path: 'rounds', label: 'Rounds', sentence: 'The federation ends by itself after this many.', kind: 'number' },
    {
      path: 'cohort.minClients',
      label: 'Clients needed',
      sentence: 'A round starts with this many clients, and counts with this many updates.',
      kind: 'number',
      unit: 'clients',
    },
    {
      path: 'cohort.fraction',
      label: 'Share drawn for a round',
      sentence: 'With many clients a part of them is enough; never fewer than are needed.',
      kind: 'percent',
      unit: '%',
    },
    {
      path: 'cohort.deadlineSeconds',
      label: 'Longest round',
      sentence: 'A round closes after this time with the updates it has.',
      kind: 'number',
      unit: 's',
    },
    {
      path: 'cohort.graceSeconds',
      label: 'Grace for lost clients',
      sentence: 'A tab that reloads or loses its network is waited for this long.',
      kind: 'number',
      unit: 's',
    },
    {
      path: 'seed',
      label: 'Seed',
      sentence: 'The same seed, crops and devices give the same run.',
      kind: 'number',
    },
  ],
  privacy: [
    {
      path: 'privacy.mode',
      label: 'Protection of updates',
      sentence:
        'Each update is signed by its client and sealed to a key of its round. The coordinator opens it to add it to the sum, and for what else the strategy needs, then destroys it with the key.',
      kind: 'choice',
      options: [{ value: 'sealed', label: 'Sealed updates' }],
      wide: true,
    },
  ],
  evaluation: [
    {
      path: 'evaluateEvery',
      label: 'Measure each n-th round',
      sentence: 'How often clients measure the new model; after the last round they always do.',
      kind: 'number',
    },
    {
      path: 'local.validation',
      label: 'Identities for validation',
      sentence: 'Share of a client’s identities it never trains on and measures with; 0 measures nothing.',
      kind: 'percent',
      unit: '%',
    },
    {
      path: 'cohort.evaluationSeconds',
      label: 'Longest measurement',
      sentence: 'The next round starts after this time, whoever has not answered.',
      kind: 'number',
      unit: 's',
    },
    {
      path: 'local.averagePrecision',
      label: 'Average precision',
      sentence: 'Two definitions that differ by some points: compare figures under the same one only.',
      kind: 'choice',
      options: [
        { value: 'rectangle', label: 'Plain (rectangle rule)' },
        { value: 'trapezoid', label: 'FedReID’s (trapezoid rule)' },
      ],
    },
  ],
}

const commonFields: readonly FormField[] = sections.flatMap((section) => formFields[section])

/** All that a federation with this strategy asks for. */
export function fieldsOf(strategy: StrategyName): readonly FormField[] {
  return [...commonFields, ...strategyGroups[strategy].flatMap(({ fields }) => fields)]
}

/** The same over all strategies. */
export const allFields: readonly FormField[] = [
  ...commonFields,
  ...strategyNames.flatMap((name) => strategyGroups[name].flatMap(({ fields }) => fields)),
]
