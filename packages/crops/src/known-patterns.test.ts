import { DISTRACTOR, JUNK } from '@passerby/reid'
import { describe, expect, test } from 'vitest'
import {
  cameraFolders,
  identityFolders,
  market1501,
  oneCamera,
  previewPattern,
  recognisePattern,
} from './known-patterns.ts'

describe('Market-1501 names', () => {
  test.each([
    ['bounding_box_train/0002_c1s1_000451_03.jpg', '0002', 'c1'],
    ['-1_c3s2_000101_00.jpg', JUNK, 'c3'],
    ['a/b/0000_c6s4_000101_02.jpg.jpg', DISTRACTOR, 'c6'],
    ['0005_c2_f0046985.jpg', '0005', 'c2'],
    ['1501_c15s1_000001_00.png', '1501', 'c15'],
  ])('%s', (path, identity, camera) => {
    expect(market1501.read(path)).toEqual({ identity, camera })
  })

  test.each(['0002_1.jpg', 'c1s1_000451.jpg', '0002_c1s1_000451_03/x.jpg', 'x0002_c1s1_000451_03.jpg'])(
    'not %s',
    (path) => {
      expect(market1501.read(path)).toBeUndefined()
    },
  )
})

describe('recognition', () => {
  const names = (folders: readonly string[], stems: readonly string[]) =>
    folders.flatMap((folder) => stems.map((stem) => `data/${folder}/${stem}`))

  test('Market names win over the folders they lie in', () => {
    expect(recognisePattern(names(['query', 'gallery'], ['0002_c1s1_000451_03.jpg', '0003_c2s1_000451_03.jpg']))).toBe(
      market1501,
    )
  })

  test('more identities than cameras tell a folder per identity from a folder per camera', () => {
    expect(recognisePattern(names(['003', '007', '009'], ['01_1.png', '02_1.png']))).toBe(identityFolders)
    expect(recognisePattern(names(['whole', 'occluded'], ['001_1.jpg', '002_1.jpg', '003_1.jpg']))).toBe(cameraFolders)
  })

  test('a folder per person, whatever the files are called', () => {
    expect(recognisePattern(names(['anna', 'ben'], ['1.jpg', '2.jpg']))).toBe(oneCamera)
    expect(recognisePattern(names(['anna', 'ben'], ['IMG_1.jpg', 'IMG_2.jpg']))?.read('anna/IMG_1.jpg')?.identity).toBe(
      'anna',
    )
  })

  test('a few strays decide nothing', () => {
    const strays = ['data/notes.txt', 'data/a/b_c.png', '0002_c1s1_000451_03.jpg']
    expect(recognisePattern([...strays, ...names(['003', '007', '009', '011'], ['01_1.png', '02_1.png'])])).toBe(
      identityFolders,
    )
  })

  test('nothing to go by', () => {
    expect(recognisePattern(['a.jpg', 'b.jpg'])).toBeUndefined()
    expect(recognisePattern([])).toBeUndefined()
  })

  test('the preview shows twelve names, also those that do not fit', () => {
    const preview = previewPattern(identityFolders, [
      'x.jpg',
      ...names(
        ['003'],
        Array.from({ length: 20 }, (_, i) => `1_${i}.png`),
      ),
    ])
    expect(preview).toHaveLength(12)
    expect(preview.slice(0, 2)).toEqual([
      { name: 'x.jpg', reading: undefined },
      { name: 'data/003/1_0.png', reading: { identity: '003', camera: '1' } },
    ])
  })
})
