import { expect, test } from 'vitest'
import { qrPath } from './qr-path.ts'

test('qrPath draws each run of dark modules of a row as one rectangle inside the quiet zone', () => {
  expect(qrPath([1, 1, 0, 0, 0, 0, 1, 0, 1], 3)).toBe('M4 4h2v1h-2zM4 6h1v1h-1zM6 6h1v1h-1z')
})
