import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { type TestCoordinator, startTestCoordinator } from './coordinator.ts'
import { type TestCrops, writeTestCrops } from './crops.ts'
import { type TestParticipant, openParticipant } from './participant.ts'

interface Fixtures {
  /** A folder that is gone after the test. */
  readonly folder: string
  readonly coordinator: TestCoordinator
  /** Writes one folder of crops per client. */
  readonly crops: (clients: number, images: number) => Promise<TestCrops[]>
  /** Opens a tab at a join link's path. */
  readonly participant: (path: string, alias: string) => Promise<TestParticipant>
}

export const test = base.extend<Fixtures>({
  // Playwright reads the first parameter's names, also where there are none.
  // oxlint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'passerby-e2e-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  coordinator: async ({ folder }, use) => {
    const coordinator = await startTestCoordinator(join(folder, 'coordinator'))
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
