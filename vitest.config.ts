import { playwright } from '@vitest/browser-playwright'
import { tsImport } from 'tsx/esm/api'
import { defineConfig } from 'vitest/config'
import { chromiumArguments, findChromium } from './apps/lab/setup/chromium.mjs'
import { buildKernels } from './packages/learner/scripts/build-kernels.mjs'

const executablePath = findChromium()
await buildKernels()

/** What Node decodes, for the browser tests to compare with. */
async function sampleImages() {
  return (await tsImport('./packages/crops/test/sample-images.ts', import.meta.url)).sampleImages()
}

/** `unit` runs in Node; `browser` runs the kernels and stores in an installed Chromium. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          testTimeout: 20_000,
          include: ['packages/**/*.test.ts', 'apps/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
        },
      },
      {
        // Isolated, as the coordinator serves pages: without these there is no shared memory.
        server: {
          headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
        },
        test: {
          name: 'browser',
          include: ['packages/**/*.browser.test.ts'],
          testTimeout: 30_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            commands: { sampleImages },
            provider: playwright({
              launchOptions: {
                args: [...chromiumArguments],
                ...(executablePath === undefined ? {} : { executablePath }),
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
