import * as v from 'valibot'
import { StatisticsSetting, averaged } from '../averages.ts'
import { groupBySketches, sketchSpec } from '../sketches.ts'
import { targetsSpec } from '../soft-targets.ts'
import type { Strategy } from '../strategy.ts'

const images = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(most))
/** The server holds every client's embeddings of them until a round closes: of 512 values, half a megabyte each. */
const MOST_COMPARED = 256
const MOST_DISTILLED = 4_096

const Clustering = v.pipe(
  v.object({
    by: v.pipe(
      v.optional(v.picklist(['off', 'flattened', 'averaged']), 'off'),
      v.title('Compare clients'),
      v.description('By what their models make of a public batch: every image, or the batch’s mean.'),
      v.metadata({
        options: { off: 'Off: one model for all', flattened: 'Image by image', averaged: 'By the mean over the batch' },
      }),
    ),
    images: v.pipe(
      v.optional(images(MOST_COMPARED), 32),
      v.title('Images to compare on'),
      v.description('The size of that batch of the public set.'),
      v.metadata({ unit: 'images' }),
    ),
  }),
  v.title('Client clustering'),
  v.description('Clients that see a public batch alike share a model of their own, in place of one for all.'),
)

const Distillation = v.pipe(
  v.object({
    teachers: v.pipe(
      v.optional(v.picklist(['off', 'private', 'open']), 'off'),
      v.title('Who computes the soft targets'),
      v.description('Each client of its own model, of which only the mean is used, or the coordinator of them all.'),
      v.metadata({
        options: {
          off: 'Off: nobody',
          private: 'Each client, on its own device',
          open: 'The coordinator, from opened models',
        },
      }),
    ),
    targets: v.pipe(
      v.optional(v.picklist(['embeddings', 'scores']), 'embeddings'),
      v.title('Soft targets'),
      v.description('What the model is to say of a public image.'),
      v.metadata({ options: { embeddings: 'Embeddings of length 1', scores: 'Scores softened by a temperature' } }),
    ),
    temperature: v.pipe(
      v.optional(v.pipe(v.number(), v.minValue(0.01), v.maxValue(100)), 1),
      v.title('Temperature'),
      v.description('Of softened scores: the higher, the more even.'),
    ),
    every: v.pipe(
      v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)), 1),
      v.title('Distil each n-th round'),
      v.description('The paper does in every round, its code in every tenth.'),
    ),
    rate: v.pipe(
      v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10)), 5e-4),
      v.title('Distillation rate'),
      v.description('The coordinator’s own learning rate.'),
    ),
    images: v.pipe(
      v.optional(images(MOST_DISTILLED), 512),
      v.title('Images to distil on'),
      v.description('So many images of the public set are used, or as many as there are.'),
      v.metadata({ unit: 'images' }),
    ),
  }),
  v.title('Knowledge distillation'),
  v.description('After averaging, the model is taught what the clients’ models say of a public set.'),
)

/** A cosine distance is 2 at most; what images count beside it, 1e-12 each, and rounding are far below the rest. */
const LARGEST_COSINE_WEIGHT = 2.001

export const FedPavSettings = v.pipe(
  v.object({
    name: v.literal('fedpav'),
    statistics: StatisticsSetting,
    weighting: v.pipe(
      v.optional(v.picklist(['images', 'cosine-features', 'cosine-logits']), 'images'),
      v.title('Weight of an update'),
      v.description('How many images it was trained on, or how far training moved the client’s features or logits.'),
      v.metadata({
        options: {
          images: 'Number of images',
          'cosine-features': 'Cosine distance of features (the paper)',
          'cosine-logits': 'Cosine distance of logits (its code)',
        },
      }),
    ),
    clustering: v.optional(Clustering, {}),
    distillation: v.optional(Distillation, {}),
  }),
  v.description(
    'Clients train backbone and identity head; the backbones are averaged, the heads stay with their clients.',
  ),
  v.forward(
    v.partialCheck(
      [['clustering'], ['distillation']],
      ({ clustering, distillation }) => clustering.by === 'off' || distillation.teachers === 'off',
      'Clustering makes several models and distillation teaches one: switch one of the two off.',
    ),
    ['distillation', 'teachers'],
  ),
)
export type FedPavSettings = v.InferOutput<typeof FedPavSettings>

/**
 * FedPav, federated partial averaging, with the three optimisations of FedReID: w ← Σ (n_k / n) w_k over the cohort, the
 * identity head never leaves. Zhuang et al., MM 2020, algorithm 1, and TOMM 2023, algorithms 2 and 3 (ALGORITHMS 2.3–2.7).
 *
 * Where the authors' code differs: it averages parameters only and keeps the batch-norm statistics of whichever client comes
 * first (`statistics: 'first'`); it takes the cosine distance of logits on a loader's first batch, old and new head each with
 * its own model (`weighting: 'cosine-logits'`), where the text takes features of a batch drawn at random ('cosine-features'); it
 * distils embeddings of length 1 in every tenth round, the paper class scores in every round. Clustering was never released.
 */
export const fedpav = {
  title: 'FedPav',
  paper: 'https://doi.org/10.1145/3394171.3413814',
  settings: FedPavSettings,
  publicImages: ({ clustering, distillation }) =>
    Math.max(
      clustering.by === 'off' ? 0 : clustering.images,
      distillation.teachers === 'off' ? 0 : distillation.images,
    ),
  extras: (about, { clustering, distillation }) => [
    ...(clustering.by === 'off' ? [] : [sketchSpec(about, { ...clustering, kind: clustering.by })]),
    ...(distillation.teachers === 'private' && isDistilled(about.round, distillation) ? [targetsSpec(about)] : []),
  ],
  largestWeight: (images, { weighting }) => (weighting === 'images' ? images : LARGEST_COSINE_WEIGHT),
  group: async (arrivals, { clustering }, pause) =>
    clustering.by === 'off' ? undefined : await groupBySketches(arrivals, pause),
  aggregate: (state, mean, { statistics }) => ({ ...state, global: averaged(mean, statistics) }),
  distillation(round, { distillation }) {
    const { teachers, targets, temperature, rate } = distillation
    if (teachers === 'off' || !isDistilled(round, distillation)) return undefined
    return { teachers, rate, targets: targets === 'embeddings' ? { of: targets } : { of: targets, temperature } }
  },
} satisfies Strategy<FedPavSettings>

const isDistilled = (round: number, { every }: { readonly every: number }) => round % every === 0
