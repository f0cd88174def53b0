/**
 * The form of a new federation as data: one entry for every setting of protocol's `FederationSettings`, by its path
 * there. Bounds and defaults are the schema's alone; here is only what a person reads. A test holds both together.
 */
export interface FormField {
  /** Dot path in `FederationSettings`. */
  readonly path: string
  readonly label: string
  /** One sentence: what it does, or when to change it. */
  readonly sentence: string
  /** How its text becomes a value. `percent` is a fraction in the settings, 0 to 100 in the form. */
  readonly kind: 'text' | 'lines' | 'number' | 'percent' | 'integers' | 'switch' | 'choice'
  readonly unit?: string
  /** Of a `choice`. */
  readonly options?: readonly { readonly value: string; readonly label: string }[]
  /** Seldom changed: behind 'More'. */
  readonly more?: true
  /** Takes the whole width of its section. */
  readonly wide?: true
}

export const sections = ['federation', 'learning', 'rounds', 'privacy', 'evaluation'] as const
export type Section = (typeof sections)[number]

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
  learning: [
    {
      path: 'local.backbone',
      label: 'Backbone',
      sentence: 'The network that all clients train; a larger one ranks better, trains slower and sends more.',
      kind: 'choice',
      wide: true,
    },
    {
      path: 'local.epochs',
      label: 'Epochs per round',
      sentence: 'Passes over its own images that a client makes in a round; more of them let clients drift apart.',
      kind: 'number',
    },
    {
      path: 'local.batchSize',
      label: 'Batch size',
      sentence: 'Images in one step; less when a device runs out of memory.',
      kind: 'number',
      unit: 'images',
    },
    {
      path: 'local.input.height',
      label: 'Input height',
      sentence: 'Crops are scaled to this height, a multiple of 16.',
      kind: 'number',
      unit: 'px',
    },
    {
      path: 'local.input.width',
      label: 'Input width',
      sentence: 'Half the height suits people who stand; half the size takes about a quarter of the time.',
      kind: 'number',
      unit: 'px',
    },
    {
      path: 'local.backboneRate',
      label: 'Learning rate, backbone',
      sentence: 'Step size of the shared network; a tenth of it when starting from a trained checkpoint.',
      kind: 'number',
    },
    {
      path: 'local.headRate',
      label: 'Learning rate, identity head',
      sentence: 'Step size of the layer that names identities and stays on its device.',
      kind: 'number',
    },
    {
      path: 'local.schedule.milestones',
      label: 'Lower the rates from rounds',
      sentence: 'Rounds from which both rates are multiplied, as in “28, 36”; none keeps them constant.',
      kind: 'integers',
    },
    {
      path: 'local.schedule.factor',
      label: 'Factor',
      sentence: 'What the rates are multiplied by at each of those rounds.',
      kind: 'number',
    },
    {
      path: 'strategy.statistics',
      label: 'Batch-norm statistics',
      sentence: 'Averaged like weights, or taken from one client as the authors’ code does.',
      kind: 'choice',
      options: [
        { value: 'average', label: 'Average' },
        { value: 'first', label: 'The first client’s' },
      ],
      more: true,
    },
    {
      path: 'local.embedding',
      label: 'Embedding size',
      sentence: 'Values that describe one image.',
      kind: 'number',
      more: true,
    },
    {
      path: 'local.momentum',
      label: 'Momentum',
      sentence: 'Share of the last step that the next one keeps.',
      kind: 'number',
      more: true,
    },
    {
      path: 'local.nesterov',
      label: 'Nesterov',
      sentence: 'Take the gradient where the momentum leads.',
      kind: 'switch',
      more: true,
    },
    {
      path: 'local.weightDecay',
      label: 'Weight decay',
      sentence: 'Pull of all weights towards zero.',
      kind: 'number',
      more: true,
    },
    {
      path: 'local.labelSmoothing',
      label: 'Label smoothing',
      sentence: 'Share of certainty given to all other identities.',
      kind: 'number',
      more: true,
    },
    {
      path: 'local.flip',
      label: 'Mirror images',
      sentence: 'Half of them at random, so that left and right count the same.',
      kind: 'switch',
      more: true,
    },
    {
      path: 'local.pad.height',
      label: 'Padding, height',
      sentence: 'Black rows above and below before a random crop; 0 for none.',
      kind: 'number',
      unit: 'px',
      more: true,
    },
    {
      path: 'local.pad.width',
      label: 'Padding, width',
      sentence: 'Black columns left and right before a random crop; 0 for none.',
      kind: 'number',
      unit: 'px',
      more: true,
    },
  ],
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
        'Each update is signed by its client and sealed to a key of its round. The coordinator opens it only to add it to the sum, then destroys it with the key.',
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

export const allFields: readonly FormField[] = sections.flatMap((section) => formFields[section])
