import { expect, it } from 'vitest'
import { heldMemory, watchMemory } from './held.ts'

const PAGE = 65_536

/** `(module (memory (export "m") 2))` */
const WITH_MEMORY = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 0, 2, 7, 5, 1, 1, 109, 2, 0])

it('sees every WebAssembly memory, whoever makes it, as large as it is now', async () => {
  watchMemory()
  const before = heldMemory().wasmBytes
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 8 })
  expect(heldMemory().wasmBytes - before).toBe(PAGE)
  memory.grow(2)
  expect(heldMemory().wasmBytes - before).toBe(3 * PAGE)
  const { instance } = await WebAssembly.instantiate(WITH_MEMORY)
  expect(instance.exports['m']).toBeInstanceOf(WebAssembly.Memory)
  expect(heldMemory().wasmBytes - before).toBe(5 * PAGE)
})
