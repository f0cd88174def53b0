import { expect, it } from 'vitest'
import { openMemory } from './memory.ts'
import { openDevice } from './testing/run-shader.ts'

const device = await openDevice()

it('grows a region, and says that what was bound before is stale', async () => {
  const memory = openMemory(device)
  memory.fit('arena', 100)
  const { generation } = memory
  const small = memory.buffers.arena
  memory.fit('arena', 50)
  expect(memory.buffers.arena).toBe(small)
  expect(memory.generation).toBe(generation)
  memory.fit('arena', 101)
  expect(memory.buffers.arena.size).toBeGreaterThanOrEqual(404)
  expect(memory.generation).toBeGreaterThan(generation)
  await memory.settled()
  memory.dispose()
})

it('says what to do when the device has no room', async () => {
  const memory = openMemory(device)
  memory.fit('arena', device.limits.maxBufferSize / 4 + 1)
  await expect(memory.settled()).rejects.toMatchObject({ code: 'out-of-memory', message: /smaller batches/ })
  expect(() => memory.refuseFailed()).toThrow(/no \d+ MiB/)
  memory.dispose()
})
