import { chromiumArguments, findChromium } from '../apps/lab/setup/chromium.mjs'
import { createFederation, order, publishedRounds, quick, untilEnded } from './federation.ts'
import { expect, test } from './fixtures.ts'

const executablePath = findChromium()
test.use({ launchOptions: { args: [...chromiumArguments], ...(executablePath && { executablePath }) } })

test('a tab trains on WebGPU', async ({ coordinator, crops, participant }) => {
  const { operator } = coordinator
  const federation = await createFederation(operator, {
    name: 'One tab on WebGPU',
    rounds: 2,
    cohort: { minClients: 1 },
    local: { ...quick, input: { height: 32, width: 16 } },
  })
  await order(operator, 'start', federation)
  const [{ folder }] = await crops(1, 30)
  const tab = await participant(federation.path, 'The only camera')
  // By itself a page passes over a software adapter, which computes slower than WebAssembly.
  await tab.join(folder, 'webgpu')
  const run = await untilEnded(operator, 2)
  expect(run.view.clients[0].device.backend).toBe('webgpu')
  expect(publishedRounds(run)).toEqual([1, 2])
})
