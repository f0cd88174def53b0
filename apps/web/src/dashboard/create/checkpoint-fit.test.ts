import { describe, expect, test } from 'vitest'
import { fitCheckpoint } from './checkpoint-fit.ts'

const layout = [
  { name: 'conv.weight', shape: [2, 1], role: 'weight' },
  { name: 'bn.running_mean', shape: [2], role: 'statistic' },
] as const

describe('fitCheckpoint', () => {
  test('takes the parameters in any order and puts them in the layout’s', () => {
    const file = { layout: [layout[1], layout[0]], values: new Float32Array([3, 4, 1, 2]) }
    expect(fitCheckpoint(file, layout)).toEqual({
      fits: true,
      params: { layout, values: new Float32Array([1, 2, 3, 4]) },
    })
  })

  test('lists what is missing, shaped otherwise, or not part of the backbone', () => {
    const file = {
      layout: [
        { name: 'conv.weight', shape: [1, 2], role: 'weight' },
        { name: 'classifier.bias', shape: [7], role: 'weight' },
      ],
      values: new Float32Array(9),
    } as const
    expect(fitCheckpoint(file, layout)).toEqual({
      fits: false,
      misfits: [
        { parameter: 'conv.weight', reason: 'is 1×2, needed is 2×1' },
        { parameter: 'bn.running_mean', reason: 'is missing (2)' },
        { parameter: 'classifier.bias', reason: 'is not part of this backbone (7)' },
      ],
    })
  })

  test('names the parameter that holds a value that is not finite', () => {
    const file = { layout, values: new Float32Array([1, 2, 3, Number.NaN]) }
    expect(fitCheckpoint(file, layout)).toMatchObject({ misfits: [{ parameter: 'bn.running_mean' }] })
  })
})
