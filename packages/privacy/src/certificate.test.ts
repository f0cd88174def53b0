import { describe, expect, test } from 'vitest'
import type { Canonical } from './canonical.ts'
import { certifySigningKey, clockSkewMs, longestCertificateMs, verifyChain } from './certificate.ts'
import type { Chain } from './certificate.ts'
import { fingerprint } from './fingerprint.ts'
import { createSigningKey, exportPublicKey } from './signing.ts'
import { sign } from './statement.ts'

const start = Date.UTC(2026, 0, 1)
const valid = { notBefore: start, notAfter: start + longestCertificateMs }
const [root, signing, stranger] = await Promise.all([createSigningKey(), createSigningKey(), createSigningKey()])
const pinned = await fingerprint(await exportPublicKey(root.publicKey))
const chain = await certifySigningKey(root, signing.publicKey, valid)
const pin = { fingerprint: pinned, now: start + 1 }

/** A chain with a certificate of the root that says anything at all. */
async function chainOver(value: Canonical): Promise<Chain> {
  return { root: chain.root, certificate: await sign('certificate', value, root.privateKey) }
}
const honest = { v: 1, purpose: 'signing', key: await exportPublicKey(signing.publicKey), ...valid }

async function failure(of: Chain, now = pin.now): Promise<string> {
  const outcome = await verifyChain(of, { ...pin, now })
  return outcome.ok ? 'none' : outcome.reason
}

describe('S3 the chain from the pinned root', () => {
  test('S3 gives the certified key', async () => {
    const outcome = await verifyChain(chain, pin)
    if (!outcome.ok) throw new Error(outcome.reason)
    expect(await exportPublicKey(outcome.value.key)).toBe(await exportPublicKey(signing.publicKey))
    expect(outcome.value.notAfter).toBe(valid.notAfter)
  })

  test('S3 unknown-root: another root, though its own chain is sound', async () => {
    expect(await failure(await certifySigningKey(stranger, signing.publicKey, valid))).toBe('unknown-root')
    expect(await failure({ ...chain, root: 'AAAA' })).toBe('unknown-root')
    expect(await failure({ ...chain, root: '*' })).toBe('unknown-root')
  })

  test('S3 bad-signature: the pinned root did not sign it', async () => {
    const forged = await certifySigningKey(stranger, signing.publicKey, valid)
    expect(await failure({ root: chain.root, certificate: forged.certificate })).toBe('bad-signature')
    const otherKind = await sign('round', honest, root.privateKey)
    expect(await failure({ root: chain.root, certificate: otherKind })).toBe('bad-signature')
  })

  test('S3 wrong-purpose', async () => {
    expect(await failure(await chainOver({ ...honest, purpose: 'tokens' }))).toBe('wrong-purpose')
  })

  test('S3 expired and not-yet-valid, each with the clocks’ skew allowed', async () => {
    expect(await failure(chain, valid.notAfter + clockSkewMs)).toBe('none')
    expect(await failure(chain, valid.notAfter + clockSkewMs + 1)).toBe('expired')
    expect(await failure(chain, valid.notBefore - clockSkewMs)).toBe('none')
    expect(await failure(chain, valid.notBefore - clockSkewMs - 1)).toBe('not-yet-valid')
  })

  test('S3 too-long: even the root may not certify for more than 30 days', async () => {
    expect(await failure(await chainOver({ ...honest, notAfter: valid.notAfter + 1 }))).toBe('too-long')
    const longer = { ...valid, notAfter: valid.notAfter + 1 }
    await expect(certifySigningKey(root, signing.publicKey, longer)).rejects.toThrow(RangeError)
    const empty = { notBefore: start, notAfter: start }
    await expect(certifySigningKey(root, signing.publicKey, empty)).rejects.toThrow(RangeError)
  })

  test.each<[string, Canonical]>([
    ['another version', { ...honest, v: 2 }],
    ['no key', { ...honest, key: 1 }],
    ['a key that is none', { ...honest, key: 'AAAA' }],
    ['times that are no integers', { ...honest, notAfter: 'never' }],
    ['a list', [1]],
    ['null', null],
  ])('S3 malformed: %s', async (_, value) => {
    expect(await failure(await chainOver(value))).toBe('malformed')
  })
})
