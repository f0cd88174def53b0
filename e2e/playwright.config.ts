import { defineConfig } from '@playwright/test'
import { ensureChromium, quietArguments } from '../apps/lab/setup/chromium.mjs'

/** Real Chromium, real coordinator, real crops where they are at hand. One file at a time: the tabs share the cores. */
export default defineConfig({
  testDir: '.',
  globalSetup: './build-pages.ts',
  workers: 1,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  outputDir: '../test-results',
  reporter: 'list',
  use: {
    actionTimeout: 30_000,
    launchOptions: { executablePath: ensureChromium(), args: [...quietArguments] },
  },
})
