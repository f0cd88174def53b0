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

it('says so where there is no room to keep what the weights were at first, and leaves them', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 })
  const regions = layOut(memory, 1000, { weight: 10_000, statistic: 4 })
  regions.fitArena(500)
  regions.view(regions.all('parameters')).fill(3)
  expect(() => regions.keepStart()).toThrow(expect.objectContaining({ code: 'out-of-memory' }))
  expect(regions.bytes()).toBe(196_608)
  expect(regions.view(regions.all('parameters')).every((value) => value === 3)).toBe(true)
})
