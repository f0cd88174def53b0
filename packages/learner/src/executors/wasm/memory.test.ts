import { expect, it } from 'vitest'
import { layOut } from './memory.ts'

it('grows to the largest arena, and says what to do where there is no more', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 })
  const regions = layOut(memory, 1000, { weight: 10, statistic: 4 })
  regions.fitArena(20_000)
  expect(regions.bytes()).toBe(131_072)
  expect(() => regions.fitArena(40_000)).toThrow(
    expect.objectContaining({ code: 'out-of-memory', message: expect.stringMatching(/no 1 MiB.*smaller batches/) }),
  )
  expect(regions.bytes()).toBe(131_072)
})
