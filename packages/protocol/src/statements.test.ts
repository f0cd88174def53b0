import * as v from 'valibot'
import { expect, test } from 'vitest'
import { PublicSet, publicSetBytes } from './statements.ts'

const sha256 = 'ab'.repeat(32)
const passes = (images: number, height: number, width: number) => v.is(PublicSet, { sha256, images, height, width })

test('P6: a public set has 4,096 images and takes 512 MiB at most', () => {
  expect(publicSetBytes({ images: 4_096, height: 256, width: 128 })).toBe(384 * 2 ** 20)
  expect(passes(4_096, 256, 128)).toBe(true)
  expect(passes(4_097, 16, 16)).toBe(false)
  expect(passes(682, 512, 512)).toBe(true)
  expect(passes(683, 512, 512)).toBe(false)
})
