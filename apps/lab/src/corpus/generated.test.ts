import { syntheticPeople } from '@passerby/crops'
import { describe, expect, test } from 'vitest'
import { generatedDataSet, generatedPublicCrops } from './generated.ts'

const options = { people: 6, cameras: 3, seed: 7, unseen: 4 }

describe('generatedPublicCrops', () => {
  test('has 64 images of people who are neither trained on nor searched for, of all cameras from the start', () => {
    const crops = generatedPublicCrops(options)
    const { parts } = generatedDataSet(options)
    const known = new Set(Object.values(parts).flatMap((part) => part.map(({ identity }) => identity)))
    expect(known.size).toBe(10)
    expect(crops).toHaveLength(64)
    expect(crops.filter(({ identity }) => known.has(identity))).toEqual([])
    expect(new Set(crops.slice(0, 16).map(({ camera }) => camera)).size).toBe(3)
    expect(generatedPublicCrops(options).map(({ name }) => name)).toEqual(crops.map(({ name }) => name))
  })

  test('shows the streets of the same cameras', async () => {
    const [crop] = generatedPublicCrops(options)
    const people = { identities: 40, cameras: 3, imagesPerCamera: 1, seed: 7 }
    const same = syntheticPeople(people).find(({ name }) => name === crop.name)
    expect(same && Buffer.compare(await same.read(), await crop.read())).toBe(0)
  })
})
