import { describe, expect, it } from 'vitest'
import { agrees, countedLike, PUBLISHED } from './published.ts'
import { backboneNames } from './registry.ts'
import { parseBackboneName } from './variants.ts'

describe('published counts', () => {
  it.each(PUBLISHED)('$backbone has the parameters and multiply-adds of $source', (published) => {
    const counted = countedLike(published)
    const wrong = (['parameters', 'multiplyAdds'] as const).filter((count) => {
      const figure = published[count]
      return figure && !agrees(counted[count], figure)
    })
    expect({ ...counted, wrong }).toEqual({ ...counted, wrong: [] })
  })

  it('are there for every backbone but the one of our own', () => {
    const published = new Set(PUBLISHED.map((one) => parseBackboneName(one.backbone).base))
    expect(backboneNames.filter((name) => !published.has(name))).toEqual(['tiny'])
  })

  it('are not matched by a count that is off by more than half of the last digit', () => {
    expect(agrees(2_250_001, { value: 2.2e6, digit: 1e5 })).toBe(false)
    expect(agrees(2_249_999, { value: 2.2e6, digit: 1e5 })).toBe(true)
    expect(agrees(24_558_145, { value: 24_558_144, digit: 1 })).toBe(false)
  })
})
