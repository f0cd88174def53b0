import { expect, test } from 'vitest'
import { createLog } from './log.ts'

test('no secret is in a log line, at whatever depth it was handed in', () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  const secret = 'QKNsOm-siuMHPSGO_7sSJQ'
  log.info({ token: secret, url: 'http://localhost' }, 'a')
  log.info({ request: { headers: { authorization: `Bearer ${secret}` } } }, 'b')
  log.warn({ join: { proof: secret, token: secret }, keys: { kek: secret, operatorToken: secret } }, 'c')
  expect(lines).toHaveLength(3)
  expect(lines.join('')).not.toContain(secret)
  expect(lines[0]).toContain('http://localhost')
})
