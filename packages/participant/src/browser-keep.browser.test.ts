import { createSigningKey, exportPublicKey, exportSigningKey } from '@passerby/privacy'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openBrowserKeep } from './browser-keep.ts'
import type { BrowserKeep } from './browser-keep.ts'

let federation = ''
let open: BrowserKeep[] = []
beforeEach(() => {
  federation = `test-${crypto.randomUUID()}`
  open = []
})
afterEach(async () => {
  for (const keep of open) await keep.close()
})

async function opened(of = federation): Promise<BrowserKeep> {
  const keep = await openBrowserKeep(of)
  open.push(keep)
  return keep
}
/** What another tab would see: the same storage and locks, its own session. */
function asAnotherTab(): void {
  sessionStorage.clear()
}

test('an identity comes back as the same key, and still cannot be exported', async () => {
  const keep = await opened()
  expect(await keep.read('identity')).toBeUndefined()
  const identity = await createSigningKey()
  await keep.write('identity', identity)
  await keep.write('pin', 'fingerprint')
  await keep.close()

  const again = await opened()
  const found = await again.read('identity')
  if (!found) throw new Error('no identity')
  expect(await exportPublicKey(found.publicKey)).toBe(await exportPublicKey(identity.publicKey))
  await expect(exportSigningKey(found)).rejects.toMatchObject({ code: 'bad-key' })
  expect(await again.read('pin')).toBe('fingerprint')
  await again.remove('identity')
  expect(await again.read('identity')).toBeUndefined()
})

test('a sealed update comes back byte for byte', async () => {
  const keep = await opened()
  const chunks = [Uint8Array.from({ length: 300 }, (_, i) => i % 251), new Uint8Array(16)]
  const sealed = { header: { session: 3 }, enc: 'e', chunks, signature: 's' } as never
  await keep.write('upload', { sealed, report: { images: 1, loss: 2, trainSeconds: 3 } })
  const found = await keep.read('upload')
  expect(found?.sealed.chunks).toEqual(chunks)
  expect(found?.report.loss).toBe(2)
})

test('several tabs are several clients; a closed tab gives its place back', async () => {
  const first = await opened()
  asAnotherTab()
  const second = await opened()
  expect([first.slot, second.slot]).toEqual([0, 1])
  await first.write('pin', 'one')
  expect(await second.read('pin')).toBeUndefined()
  await first.close()
  asAnotherTab()
  expect((await opened()).slot).toBe(0)
})

test('a reloaded tab waits for its own place, even when a lower one is free', async () => {
  const first = await opened()
  asAnotherTab()
  const second = await opened()
  expect(second.slot).toBe(1)
  await first.close()
  const reloaded = openBrowserKeep(federation)
  await second.close()
  const keep = await reloaded
  open.push(keep)
  expect(keep.slot).toBe(1)
})

test('federations share nothing', async () => {
  const here = await opened()
  await here.write('pin', 'here')
  const there = await opened(`${federation}-other`)
  expect(there.slot).toBe(0)
  expect(await there.read('pin')).toBeUndefined()
})

test('a browser that refuses locks is told, not asked for ever', async () => {
  const refused = new DOMException('no', 'SecurityError')
  const request = vi.spyOn(navigator.locks, 'request').mockRejectedValue(refused)
  await expect(openBrowserKeep(federation)).rejects.toMatchObject({ code: 'storage' })
  request.mockRestore()
})
