import { afterEach, expect, test, vi } from 'vitest'
import { requireCrypto } from './support.ts'

afterEach(() => vi.unstubAllGlobals())

test('this runtime has what is needed', async () => {
  await expect(requireCrypto()).resolves.toBeUndefined()
})

test('a page on plain HTTP has no WebCrypto, and is told why', async () => {
  vi.stubGlobal('crypto', { getRandomValues: () => undefined })
  await expect(requireCrypto()).rejects.toMatchObject({ code: 'insecure-context', message: /https/ })
})

test('a browser without X25519 is told which have it', async () => {
  const generateKey = (name: string) =>
    name === 'X25519' ? Promise.reject(new DOMException('no', 'NotSupportedError')) : Promise.resolve()
  vi.stubGlobal('crypto', { subtle: { generateKey } })
  await expect(requireCrypto()).rejects.toMatchObject({ code: 'unsupported-algorithms', message: /Firefox 130/ })
})
