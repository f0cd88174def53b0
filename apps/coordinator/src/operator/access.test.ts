import { createOperatorToken, hashOperatorToken } from '@passerby/privacy'
import { expect, test } from 'vitest'
import { operatorCheck } from './access.ts'

test('ten wrong tokens in a minute silence further ones from their address, and never the right one', async () => {
  const token = createOperatorToken()
  let now = 0
  const check = operatorCheck(await hashOperatorToken(token), () => now)
  const code = async (attempt: unknown, address = '::1') => {
    const reply = await check(attempt, address)
    return reply.ok ? 'in' : reply.refusal.code
  }
  expect(await code(token)).toBe('in')
  for (const wrong of ['', undefined, 7, token.slice(1), `${token}=`, 'a', 'b', 'c', 'd', 'e'])
    expect(await code(wrong)).toBe('unauthorised')
  expect(await code('f')).toBe('too-fast')
  expect(await code(token)).toBe('in')
  expect(await code('f', '127.0.0.1')).toBe('unauthorised')
  now = 60_000
  expect(await code('f')).toBe('unauthorised')
})
