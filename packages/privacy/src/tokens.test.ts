import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { proveJoin, verifyJoin } from './join-proof.ts'
import { issueJoinToken, verifyJoinToken } from './join-token.ts'
import type { JoinToken, TokenExpectation } from './join-token.ts'
import { createOperatorToken, hashOperatorToken, isOperatorToken } from './operator-token.ts'
import { createSigningKey } from './signing.ts'

const start = Date.UTC(2026, 0, 1)
const hour = 3_600_000
const token: JoinToken = { id: 'i1', federation: 'north', expires: start + hour, notBefore: start, maxUses: 3 }
const signer = await createSigningKey()
const text = await issueJoinToken(token, signer.privateKey)
const open = { federation: 'north', now: start + 1, revoked: () => false }

async function failure(of: string, expected: Partial<TokenExpectation> = {}): Promise<string> {
  const outcome = await verifyJoinToken(of, signer.publicKey, { ...open, ...expected })
  return outcome.ok ? 'none' : outcome.reason
}
const jwt = (claims: Record<string, unknown>, typ = 'passerby-join+jwt') =>
  new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ }).sign(signer.privateKey)
const claims = { jti: 'i1', aud: 'north', exp: (start + hour) / 1000 }

describe('S4 join tokens', () => {
  test('S4 say what was issued', async () => {
    expect(await verifyJoinToken(text, signer.publicKey, open)).toEqual({ ok: true, value: token })
    const plain = { id: 'i2', federation: 'north', expires: start + hour }
    const issued = await issueJoinToken(plain, signer.privateKey)
    expect(await verifyJoinToken(issued, signer.publicKey, open)).toEqual({ ok: true, value: plain })
  })

  test('S4 expire at their second', async () => {
    expect(await failure(text, { now: start + hour - 1000 })).toBe('none')
    expect(await failure(text, { now: start + hour })).toBe('expired')
  })

  test('S4 expiry does not matter to who returns; revocation and signature do', async () => {
    const later = { now: start + 9 * hour, returning: true }
    expect(await failure(text, later)).toBe('none')
    expect(await failure(text, { ...later, revoked: () => true })).toBe('revoked')
    expect(await failure(await issueJoinToken(token, (await createSigningKey()).privateKey), later)).toBe(
      'bad-signature',
    )
  })

  test('S4 not-yet-valid, wrong-federation, revoked', async () => {
    expect(await failure(text, { now: start - 1000 })).toBe('not-yet-valid')
    expect(await failure(text, { federation: 'south' })).toBe('wrong-federation')
    expect(await failure(text, { revoked: () => true })).toBe('revoked')
  })

  test('S4 revocation is asked by id, and only of a token that is valid otherwise', async () => {
    const asked: string[] = []
    const revoked = (id: string) => asked.push(id) > 0
    await verifyJoinToken(text, signer.publicKey, { ...open, revoked })
    await verifyJoinToken(text, signer.publicKey, { ...open, revoked, now: start + hour })
    expect(asked).toEqual(['i1'])
  })

  test('S4 bad-signature', async () => {
    const forged = await issueJoinToken(token, (await createSigningKey()).privateKey)
    expect(await failure(forged)).toBe('bad-signature')
  })

  test('S4 malformed: no token, no signature, another type, a claim missing or of the wrong type', async () => {
    expect(await failure('')).toBe('malformed')
    expect(await failure('a.b.c')).toBe('malformed')
    expect(await failure(new UnsecuredJWT(claims).encode())).toBe('malformed')
    expect(await failure(await jwt(claims))).toBe('none')
    expect(await failure(await jwt(claims, 'JWT'))).toBe('malformed')
    expect(await failure(await jwt({ ...claims, uses: 'many' }))).toBe('malformed')
    expect(await failure(await jwt({ ...claims, uses: 0 }))).toBe('malformed')
    expect(await failure(await jwt({ ...claims, jti: 5 }))).toBe('malformed')
    for (const name of ['jti', 'aud', 'exp'])
      expect(await failure(await jwt({ ...claims, [name]: undefined }))).toBe('malformed')
  })
})

describe('S5 the proof at joining', () => {
  test('S5 holds for this nonce, federation and token, and for nothing else', async () => {
    const identity = await createSigningKey()
    const claim = { nonce: 'n1', federation: 'north', token: text }
    const proof = await proveJoin(claim, identity.privateKey)
    expect(await verifyJoin(claim, proof, identity.publicKey)).toBe(true)
    for (const change of [{ nonce: 'n2' }, { federation: 'south' }, { token: `${text}x` }])
      expect(await verifyJoin({ ...claim, ...change }, proof, identity.publicKey)).toBe(false)
    expect(await verifyJoin(claim, proof, signer.publicKey)).toBe(false)
    for (const broken of ['', '*', 'AAAA']) expect(await verifyJoin(claim, broken, identity.publicKey)).toBe(false)
  })
})

describe('S6 the operator’s token', () => {
  test('S6 is 128 random bits, checked against its hash', async () => {
    const operator = createOperatorToken()
    const stored = await hashOperatorToken(operator)
    expect(operator).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(stored).toMatch(/^[0-9a-f]{64}$/)
    expect(await isOperatorToken(operator, stored)).toBe(true)
    for (const wrong of ['', `${operator}A`, createOperatorToken(), stored])
      expect(await isOperatorToken(wrong, stored)).toBe(false)
  })
})
