import { describe, expect, it } from 'vitest'
import { barrierMemory, openBarrier } from './barrier.ts'

describe('a barrier', () => {
  it('does not let a thread wait for one that was lost before', () => {
    const memory = barrierMemory()
    const patienceMs = 60_000
    openBarrier(memory, patienceMs).lose()
    expect(() => openBarrier(memory, patienceMs).wait(2)).toThrow(expect.objectContaining({ code: 'thread-lost' }))
  })

  it('ends the wait of a thread whose other one never comes', () => {
    expect(() => openBarrier(barrierMemory(), 1).wait(2)).toThrow(expect.objectContaining({ code: 'thread-lost' }))
  })
})
