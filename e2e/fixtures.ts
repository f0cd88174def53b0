import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { type TestCoordinator, startTestCoordinator } from './coordinator.ts'
import { type TestCrops, writePublicCrops, writeTestCrops } from './crops.ts'
import { type TestParticipant, openParticipant } from './participant.ts'

interface Fixtures {
  /** Images that the coordinator is given as its public set; none unless a test asks for some. */
  readonly publicImages: number
  /** A folder that is gone after the test. */
  readonly folder: string
  readonly coordinator: TestCoordinator
  /** Writes one folder of crops per client. */
  readonly crops: (clients: number, images: number) => Promise<TestCrops[]>
  /** Opens a tab at a join link's path. */
  readonly participant: (path: string, alias: string) => Promise<TestParticipant>
}

export const test = base.extend<Fixtures>({
  publicImages: [0, { option: true }],
  // Playwright reads the first parameter's names, also where there are none.
  // oxlint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'passerby-e2e-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  coordinator: async ({ folder, publicImages }, use) => {
    const publicSet = publicImages > 0 ? await writePublicCrops(join(folder, 'public'), publicImages) : undefined
    const coordinator = await startTestCoordinator(join(folder, 'coordinator'), publicSet)
    await use(coordinator)
    await coordinator.close()
  },
  crops: async ({ folder }, use) => {
    await use((clients, images) => writeTestCrops(join(folder, 'crops'), { clients, images }))
  },
  participant: async ({ browser, coordinator }, use) => {
    const opened: TestParticipant[] = []
    await use(async (path, alias) => {
      const one = await openParticipant(browser, { link: coordinator.url + path, alias })
      opened.push(one)
      return one
    })
    for (const { context } of opened) await context.close()
  },
})

export { expect } from '@playwright/test'
