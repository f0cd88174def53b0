import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ONLY_CAMERA, parsePattern } from './pattern.ts'

const read = (syntax: string, path: string) => {
  const result = parsePattern(syntax)
  if (!result.ok) throw new Error(result.problem)
  return result.pattern.read(path)
}

describe('a pattern of one’s own', () => {
  test.each([
    ['{identity}/{camera}_*.png', 'anna/c1_0001.png', 'anna', 'c1'],
    ['{identity}/{camera}_{*}.png', 'pictures/2024/anna/c1_0_0_1.png', 'anna', 'c1'],
    ['{camera}/{identity}_*', 'door/anna_7.jpeg', 'anna', 'door'],
    ['{identity}_c{camera}s*', '0007_c12s3_028546_01.jpg', '0007', '12'],
    ['p{identity}-{camera}.jpg', 'P07-2.JPG', '07', '2'],
    ['{identity}/*', 'anna/IMG 3.jpg', 'anna', ONLY_CAMERA],
    ['cam {camera} (left)/{identity}+*', 'cam 3 (left)/x+1.bmp', 'x', '3'],
    ['/{identity}\\{camera}_*', 'anna/c1_1.png', 'anna', 'c1'],
  ])('%s reads %s', (syntax, path, identity, camera) => {
    expect(read(syntax, path)).toEqual({ identity, camera })
  })

  test.each([
    ['{identity}/{camera}_*.png', 'anna/c1_1.jpg'],
    ['{identity}/{camera}_*', 'c1_1.jpg'],
    ['{identity}/{camera}_*', 'anna/nothing.jpg'],
    ['{identity}.jpg', 'annaXjpg'],
    ['{identity}/*', '/x.jpg'],
  ])('%s does not fit %s', (syntax, path) => {
    expect(read(syntax, path)).toBeUndefined()
  })

  test.each([
    ['', /empty/],
    ['   ', /empty/],
    ['{camera}/*', /needs \{identity\}/],
    ['{person}/*', /\{person\} means nothing/],
    ['{identity}/{identity}_*', /\{identity\} stands twice/],
    ['{identity}{camera}.png', /\{identity\}\{camera\}: between two placeholders/],
    ['{identity}**', /between two placeholders/],
    ['{identity/*', /brace stands alone/],
    ['identity}/*', /brace stands alone/],
    ['{identity}' + '_*'.repeat(30), /too many/],
  ])('says what is wrong with %j', (syntax, problem) => {
    const result = parsePattern(syntax)
    expect(result.ok ? '' : result.problem).toMatch(problem)
  })

  test('any text is either a pattern or told why not, and no pattern fails on any path', () => {
    const piece = fc.constantFrom(
      '{identity}',
      '{camera}',
      '{*}',
      '*',
      '/',
      '_',
      '.',
      '(',
      '[',
      '\\',
      '$',
      '{',
      '}',
      'a',
      '7',
    )
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(text, fc.string(), (syntax, path) => {
        const result = parsePattern(syntax)
        if (result.ok) expect(result.pattern.read(path)?.identity).not.toBe('')
        else expect(result.problem).not.toBe('')
      }),
    )
  })

  test('names written by a pattern are read back', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,8}$/)
    fc.assert(
      fc.property(label, label, label, (identity, camera, rest) => {
        expect(read('{identity}/{camera}_*.png', `x/${identity}/${camera}_${rest}.png`)).toEqual({ identity, camera })
      }),
    )
  })
})
