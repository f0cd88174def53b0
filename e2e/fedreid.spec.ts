import { backboneByName, parametersOf } from '@passerby/backbones'
import { type Layout, type StrategySettings, layoutSize, updateLayoutOf, wholeLayout } from '@passerby/federation'
import type { WatchedRun } from '@passerby/operator'
import { FederationSettings, type FederationSettingsInput, decodeUpdate } from '@passerby/protocol'
import type { Page } from '@playwright/test'
import * as v from 'valibot'
import type { TestCoordinator } from './coordinator.ts'
import { createFederation, order, publishedRounds, quick, untilEnded } from './federation.ts'
import { expect, test } from './fixtures.ts'
import { leaksIn } from './leaks.ts'

/** FedReID's parts in tabs, on real crops: what each tab sends, what becomes of it, and what the operator sees. */
const ROUNDS = 3
const PUBLIC_IMAGES = 48
const layout: Layout = parametersOf(backboneByName(quick.backbone, quick.embedding))

test.use({ publicImages: PUBLIC_IMAGES })

interface Played {
  readonly run: WatchedRun
  /** Of every client in every round. */
  readonly updates: readonly { readonly round: number; readonly weight: number; readonly extras: Float32Array }[]
}

type Fixtures = Parameters<Parameters<typeof test>[2]>[0]

/** Three rounds of tabs, each a camera, to the end. Nothing of their crops may have left them. */
async function play(
  { coordinator, crops, participant }: Pick<Fixtures, 'coordinator' | 'crops' | 'participant'>,
  { name, tabs, strategy }: { name: string; tabs: number; strategy: FederationSettingsInput['strategy'] },
): Promise<Played> {
  const { operator } = coordinator
  const input = { name, rounds: ROUNDS, strategy, cohort: { minClients: tabs }, local: { ...quick, validation: 0.3 } }
  const settings = v.parse(FederationSettings, input)
  const federation = await createFederation(operator, input)
  await order(operator, 'start', federation)
  const folders = await crops(tabs, 48)
  const opened = []
  for (const [index, { folder }] of folders.entries()) {
    const tab = await participant(federation.path, `Camera ${index + 1}`)
    await tab.join(folder)
    opened.push(tab)
  }
  const run = await untilEnded(operator, ROUNDS)
  expect(publishedRounds(run)).toEqual([1, 2, 3])
  for (const { contributions } of run.rounds)
    expect(contributions.map(({ outcome }) => outcome)).toEqual(folders.map(() => 'counted'))
  for (const [index, { page, sent }] of opened.entries()) {
    await expect(page.getByText('Images 0 B')).toBeVisible()
    expect(leaksIn(sent, folders[index])).toEqual([])
    expect(sent.sealed).toHaveLength(ROUNDS)
  }
  const updates = opened.flatMap(({ sent }) =>
    sent.sealed.map((plaintext, index) => ({ round: index + 1, ...read(plaintext, settings.strategy, index + 1) })),
  )
  return { run, updates }
}

/** An update is exactly the backbone and what the strategy names beside it. */
function read(plaintext: Uint8Array, strategy: StrategySettings, round: number) {
  const about = { round, embedding: quick.embedding, publicImages: PUBLIC_IMAGES }
  const { values, weight } = decodeUpdate(wholeLayout(updateLayoutOf(strategy, layout, about)), plaintext)
  return { weight, extras: values.subarray(layoutSize(layout)) }
}

/** The operator's view of a round's record. */
async function openRound({ url, operatorToken }: TestCoordinator, page: Page, at: { name: string; round: number }) {
  await page.goto(`${url}/#token=${operatorToken}`)
  await page.getByRole('link', { name: at.name }).click()
  await page.getByRole('tab', { name: 'Rounds' }).click()
  await page.getByRole('link', { name: `Round ${at.round}, its record` }).click()
  await expect(page.getByRole('table', { name: `Clients of round ${at.round}` })).toBeVisible()
}

test('cosine distance weight: clients weigh what training moved them, and the operator sees it', async ({
  coordinator,
  crops,
  participant,
  page,
}) => {
  const name = 'Cosine weight'
  const strategy = { name: 'fedpav', weighting: 'cosine-features' } as const
  const { run, updates } = await play({ coordinator, crops, participant }, { name, tabs: 3, strategy })
  for (const { weight, extras } of updates) {
    // 1 − cos is at most 2; what falls back to image counts is added to it, far below a float32's last digit.
    expect(weight).toBeGreaterThan(1e-6)
    expect(weight).toBeLessThan(2)
    expect(extras).toHaveLength(0)
  }
  for (const { contributions } of run.rounds) {
    const told = contributions.map((one) => one.told ?? Number.NaN)
    const total = told.reduce((sum, distance) => sum + distance, 0)
    expect(new Set(told).size).toBe(3)
    for (const { told, weight } of contributions) expect(weight).toBeCloseTo((told ?? Number.NaN) / total, 9)
  }
  await openRound(coordinator, page, { name, round: 2 })
  const table = page.getByRole('table', { name: 'Clients of round 2' })
  await expect(table.getByRole('columnheader', { name: 'Cosine distance' })).toBeVisible()
  for (const { told, weight } of run.rounds[1].contributions) {
    await expect(table.getByRole('cell', { name: (told ?? Number.NaN).toFixed(4) })).toBeVisible()
    await expect(table.getByRole('cell', { name: `${(100 * (weight ?? 0)).toFixed(1)} %` })).toBeVisible()
  }
})

test('client clustering: tabs that see public people alike share a model, and the operator sees with whom and why', async ({
  coordinator,
  crops,
  participant,
  page,
}) => {
  const name = 'Clustering'
  const strategy = { name: 'fedpav', clustering: { by: 'flattened', images: 16 } } as const
  const { run, updates } = await play({ coordinator, crops, participant }, { name, tabs: 4, strategy })
  for (const { extras } of updates) {
    expect(extras).toHaveLength(16 * quick.embedding)
    expect(extras.some((value) => value !== 0)).toBe(true)
  }
  for (const { groups, similarity, contributions } of run.rounds) {
    const everyone = contributions.map(({ client }) => client).sort()
    expect(groups.flatMap(({ clients }) => clients).sort()).toEqual(everyone)
    expect(new Set(groups.map(({ model }) => model.sha256)).size).toBe(groups.length)
    expect(similarity?.values).toHaveLength(everyone.length ** 2)
  }
  await openRound(coordinator, page, { name, round: 2 })
  const { groups, similarity } = run.rounds[1]
  const members = page.getByRole('heading', { name: groups.length === 1 ? 'One group' : `${groups.length} groups` })
  await expect(members).toBeVisible()
  const why = page.getByRole('table', { name: /^Cosine similarity of what clients make of the public batch, round 2/ })
  await expect(why.getByRole('cell', { name: / nearest$/ })).toHaveCount(4)
  for (const value of similarity?.values ?? [])
    if (value < 0.9995) await expect(why.getByRole('cell', { name: value.toFixed(3) }).first()).toBeVisible()
})

test('private distillation: tabs send shares of soft targets, and the model is taught by their mean', async ({
  coordinator,
  crops,
  participant,
  page,
}) => {
  const name = 'Distillation'
  const distillation = { teachers: 'private', images: PUBLIC_IMAGES, every: 2 } as const
  const strategy = { name: 'fedpav', distillation } as const
  const { run, updates } = await play({ coordinator, crops, participant }, { name, tabs: 3, strategy })
  for (const { round, weight, extras } of updates) {
    expect(extras).toHaveLength(round === 2 ? PUBLIC_IMAGES * quick.embedding : 0)
    for (let row = 0; row < extras.length / quick.embedding; row++) {
      const target = extras.subarray(row * quick.embedding, (row + 1) * quick.embedding)
      expect(Math.hypot(...target) * weight).toBeCloseTo(1, 4)
    }
  }
  expect(run.rounds.map(({ distilled }) => distilled?.images)).toEqual([undefined, PUBLIC_IMAGES, undefined])
  await openRound(coordinator, page, { name, round: 2 })
  await expect(page.getByText(`on ${PUBLIC_IMAGES} public images`)).toBeVisible()
})

test('a strategy of one file per side trains in tabs: FedNova’s say how far their steps go, and weigh less for it', async ({
  coordinator,
  crops,
  participant,
  page,
}) => {
  const name = 'FedNova'
  const { run, updates } = await play(
    { coordinator, crops, participant },
    { name, tabs: 2, strategy: { name: 'fednova' } },
  )
  const ascending = (counts: readonly (number | null)[]) => counts.map(Number).sort((a, b) => a - b)
  const images = run.rounds.flatMap(({ contributions }) => contributions.map(({ images }) => images))
  expect(ascending(updates.map(({ weight, extras }) => Math.round(weight * extras[0])))).toEqual(ascending(images))
  for (const { extras } of updates) {
    expect(extras).toHaveLength(2)
    expect(extras[0]).toBeGreaterThan(1)
    expect(extras[1]).toBeCloseTo(extras[0] ** 2, 2)
  }
  await openRound(coordinator, page, { name, round: 2 })
})
