import { expect, test } from 'vitest'
import { embeddingRows } from './embedding-rows.ts'

test('one line per image; awkward names are quoted; values come back as the same float32', () => {
  const embeddings = new Float32Array([0.1, -2, 1e-7, 3])
  const lines = [
    ...embeddingRows({
      names: ['a "b", c.png', 'd.png'],
      identities: ['1', '2'],
      cameras: ['x', 'y'],
      embeddings,
      dim: 2,
    }),
  ]
  expect(lines[0]).toBe('name,identity,camera,e0,e1\r\n')
  expect(lines[1]).toBe('"a ""b"", c.png",1,x,0.100000001,-2\r\n')
  const values = lines.slice(1).flatMap((line) => line.trim().split(',').slice(-2).map(Number))
  expect(new Float32Array(values)).toEqual(embeddings)
})
