/** What a person reads of the settings that say how clients learn. */
import { type Fold, type FormField, folds } from './form-field.ts'

const always: readonly FormField[] = [
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
    path: 'local.schedule.kind',
    label: 'Rates over rounds',
    sentence: 'Steps go down at the rounds below; a cosine goes down in every round, slowly at first and at last.',
    kind: 'choice',
    options: [
      { value: 'steps', label: 'Steps' },
      { value: 'cosine', label: 'Cosine' },
    ],
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
]

const folded: Readonly<Record<Fold, readonly Omit<FormField, 'fold'>[]>> = {
  'Optimiser and schedule': [
    {
      path: 'local.optimiser',
      label: 'Optimiser',
      sentence: 'SGD with momentum is the papers’; Adam needs rates about a hundredth as large.',
      kind: 'choice',
      options: [
        { value: 'sgd', label: 'SGD' },
        { value: 'adam', label: 'Adam' },
      ],
    },
    {
      path: 'local.momentum',
      label: 'Momentum',
      sentence: 'Share of the last step that the next one keeps; of SGD alone.',
      kind: 'number',
    },
    {
      path: 'local.nesterov',
      label: 'Nesterov',
      sentence: 'Take the gradient where the momentum leads; of SGD alone.',
      kind: 'switch',
    },
    {
      path: 'local.weightDecay',
      label: 'Weight decay',
      sentence: 'Pull of all weights towards zero.',
      kind: 'number',
    },
    {
      path: 'local.clip',
      label: 'Longest gradient',
      sentence: 'A longer one is scaled down to this length; 0 leaves all as they are.',
      kind: 'number',
    },
    {
      path: 'local.schedule.warmUp',
      label: 'Warm-up',
      sentence: 'Rounds over which the rates rise in a straight line; 0 starts at once.',
      kind: 'number',
      unit: 'rounds',
    },
    {
      path: 'local.schedule.floor',
      label: 'End of the cosine',
      sentence: 'Where the rates are in the last round, as a share of where they began.',
      kind: 'percent',
      unit: '%',
    },
  ],
  'Losses and batches': [
    {
      path: 'local.loss.identity',
      label: 'Weight of the identity loss',
      sentence: 'Cross-entropy of the identity head; the losses are weighed and added.',
      kind: 'number',
    },
    {
      path: 'local.labelSmoothing',
      label: 'Label smoothing',
      sentence: 'Share of certainty given to all other identities.',
      kind: 'number',
    },
    {
      path: 'local.dropout',
      label: 'Dropout',
      sentence: 'Share of an embedding that the identity head does not see; FedReID’s has 50 %.',
      kind: 'percent',
      unit: '%',
    },
    {
      path: 'local.loss.triplet',
      label: 'Weight of the triplet loss',
      sentence: 'Every image nearer to the farthest of its person than to the nearest of another; 0 leaves it out.',
      kind: 'number',
    },
    {
      path: 'local.loss.margin',
      label: 'Triplet margin',
      sentence: 'How much nearer, as a distance between embeddings.',
      kind: 'number',
    },
    {
      path: 'local.loss.softMargin',
      label: 'Soft triplet margin',
      sentence: 'Pull ever less in place of stopping at the margin.',
      kind: 'switch',
    },
    {
      path: 'local.loss.centre',
      label: 'Weight of the centre loss',
      sentence: 'Half the squared distance to the centre of a person’s embeddings; 0 leaves it out, 0.0005 is usual.',
      kind: 'number',
    },
    {
      path: 'local.loss.centreRate',
      label: 'Rate of the centres',
      sentence: 'How far a centre follows its embeddings in a step.',
      kind: 'number',
    },
    {
      path: 'local.sampling.by',
      label: 'Batches',
      sentence: 'All images shuffled, or some of each of a few persons, which triplets need.',
      kind: 'choice',
      options: [
        { value: 'shuffle', label: 'Shuffled images' },
        { value: 'identity', label: 'By identity' },
      ],
    },
    {
      path: 'local.sampling.imagesEach',
      label: 'Images of each identity',
      sentence: 'In batches by identity; who has fewer shows some twice.',
      kind: 'number',
      unit: 'images',
    },
  ],
  Augmentation: [
    {
      path: 'local.flip',
      label: 'Mirror images',
      sentence: 'Half of them at random, so that left and right count the same.',
      kind: 'switch',
    },
    {
      path: 'local.pad.height',
      label: 'Padding, height',
      sentence: 'Black rows above and below before a random crop; 0 for none.',
      kind: 'number',
      unit: 'px',
    },
    {
      path: 'local.pad.width',
      label: 'Padding, width',
      sentence: 'Black columns left and right before a random crop; 0 for none.',
      kind: 'number',
      unit: 'px',
    },
    {
      path: 'local.erasing.probability',
      label: 'Random erasing',
      sentence: 'Share of the images in which a rectangle is covered; 0 for none, 50 % is usual.',
      kind: 'percent',
      unit: '%',
    },
    {
      path: 'local.erasing.minArea',
      label: 'Smallest erased area',
      sentence: 'As a share of the image.',
      kind: 'percent',
      unit: '%',
    },
    {
      path: 'local.erasing.maxArea',
      label: 'Largest erased area',
      sentence: 'As a share of the image.',
      kind: 'percent',
      unit: '%',
    },
    {
      path: 'local.erasing.minAspect',
      label: 'Flattest erased shape',
      sentence: 'Height to width; the tallest is its inverse.',
      kind: 'number',
    },
    {
      path: 'local.jitter.brightness',
      label: 'Random brightness',
      sentence: 'Each image up to this much darker or brighter; 0 for none.',
      kind: 'percent',
      unit: '%',
    },
    {
      path: 'local.jitter.contrast',
      label: 'Random contrast',
      sentence: 'Each image up to this much flatter or harder; 0 for none.',
      kind: 'percent',
      unit: '%',
    },
    {
      path: 'local.jitter.saturation',
      label: 'Random saturation',
      sentence: 'Each image up to this much paler or more colourful; 0 for none.',
      kind: 'percent',
      unit: '%',
    },
  ],
  Network: [
    {
      path: 'local.embedding',
      label: 'Embedding size',
      sentence: 'Values that describe one image.',
      kind: 'number',
    },
  ],
}

export const learningFields: readonly FormField[] = [
  ...always,
  ...folds.flatMap((fold) => folded[fold].map((field) => ({ ...field, fold }))),
]
