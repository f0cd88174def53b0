import { expect, it, vi } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { loadedShaders } from './loaded.ts'

it('compiles anew after it failed', { timeout: 60_000 }, async () => {
  const compile = vi.spyOn(GPUDevice.prototype, 'createComputePipelineAsync')
  compile.mockRejectedValueOnce(new Error('The driver ran out of memory.'))
  await expect(useBackend('webgpu')).rejects.toMatchObject({ code: 'no-backend' })
  expect(loadedShaders()).toBeUndefined()
  compile.mockRestore()
  await useBackend('webgpu')
  expect(loadedShaders()?.storage).toBe('f32')
})
