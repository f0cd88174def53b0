/** Who a generated person is: all that stays the same from camera to camera. Lengths are shares of the body's height. */
import type { Rng } from '@passerby/reid'
import { hsv, mix, type Colour } from './canvas.ts'

export interface Garment {
  readonly colour: Colour
  readonly second: Colour
  readonly pattern: 'plain' | 'hoops' | 'stripes' | 'blocks' | 'checks'
  /** Bands over the garment's length or width. */
  readonly bands: number
}

export interface Appearance {
  readonly skin: Colour
  readonly hair: Colour
  readonly hairCut: 'bald' | 'short' | 'bob' | 'long' | 'cap'
  readonly cap: Colour
  readonly upper: Garment
  /** `open` shows `inner` in front. `coat` reaches down to the thighs. */
  readonly upperCut: 'shirt' | 'sweater' | 'open' | 'coat' | 'top'
  readonly inner: Colour
  readonly lower: Garment
  readonly lowerCut: 'trousers' | 'slim' | 'shorts' | 'skirt' | 'long skirt'
  readonly shoes: Colour
  readonly bag: 'none' | 'backpack' | 'shoulder bag' | 'handbag'
  readonly bagColour: Colour
  /** Which hand or hip holds the bag. */
  readonly bagSide: 1 | -1
  /** 1 is average. */
  readonly height: number
  readonly girth: number
  readonly shoulders: number
  readonly hips: number
  readonly gait: Gait
}

/** Angles in radians. */
export interface Gait {
  readonly stride: number
  readonly armSwing: number
  readonly elbow: number
  readonly lean: number
  readonly headDown: number
}

export function drawAppearance(random: Rng): Appearance {
  const lowerCut = weighted(random, [
    ['trousers', 5],
    ['slim', 3],
    ['shorts', 3],
    ['skirt', 2],
    ['long skirt', 1],
  ] as const)
  return {
    skin: mix([0.97, 0.8, 0.69], [0.3, 0.18, 0.12], random.uniform() ** 1.4),
    hair: random.pick(HAIR),
    hairCut: weighted(random, [
      ['short', 5],
      ['bob', 2],
      ['long', 3],
      ['cap', 2],
      ['bald', 1],
    ] as const),
    cap: cloth(random),
    upper: garment(random, 0.55),
    upperCut: weighted(random, [
      ['shirt', 5],
      ['sweater', 3],
      ['open', 3],
      ['coat', 2],
      ['top', 1],
    ] as const),
    inner: cloth(random),
    lower: garment(random, 0.12),
    lowerCut,
    shoes: cloth(random),
    bag: weighted(random, [
      ['none', 4],
      ['backpack', 3],
      ['shoulder bag', 2],
      ['handbag', 2],
    ] as const),
    bagColour: cloth(random),
    bagSide: random.uniform() < 0.5 ? 1 : -1,
    height: random.between(0.88, 1.08),
    girth: random.between(0.82, 1.32),
    shoulders: random.between(0.9, 1.15),
    hips: random.between(0.88, 1.18),
    gait: {
      stride: random.between(0.2, 0.55),
      armSwing: random.between(0.08, 0.6),
      elbow: random.between(0.05, 0.7),
      lean: random.between(-0.04, 0.12),
      headDown: random.between(-0.02, 0.04),
    },
  }
}

const HAIR: readonly Colour[] = [
  [0.06, 0.05, 0.05],
  [0.13, 0.09, 0.07],
  [0.27, 0.17, 0.1],
  [0.45, 0.29, 0.15],
  [0.72, 0.55, 0.3],
  [0.5, 0.2, 0.1],
  [0.6, 0.6, 0.6],
]

function garment(random: Rng, patterned: number): Garment {
  const colour = cloth(random)
  let second = cloth(random)
  while (contrast(colour, second) < 0.35) second = cloth(random)
  const pattern =
    random.uniform() < patterned ? random.pick(['hoops', 'stripes', 'blocks', 'checks'] as const) : 'plain'
  return { colour, second, pattern, bands: random.pick([3, 4, 6]) }
}

const contrast = (a: Colour, b: Colour) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

/** Street clothes: two in five are black, grey or white, the others any hue, rarely glaring. */
function cloth(random: Rng): Colour {
  const hue = random.uniform()
  if (random.uniform() < 0.4) return hsv(hue, random.between(0, 0.12), random.pick([0.1, 0.2, 0.38, 0.6, 0.88]))
  return hsv(hue, random.between(0.4, 0.95), random.between(0.25, 0.92))
}

function weighted<T>(random: Rng, choices: readonly (readonly [T, number])[]): T {
  let at = random.uniform() * choices.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [choice, weight] of choices) {
    at -= weight
    if (at < 0) return choice
  }
  return choices[choices.length - 1][0]
}

/** The cloth's colour at a place: `around` is the angle around the body in radians (0 is the front), `along` runs 0..1. */
export function clothColour({ colour, second, pattern, bands }: Garment, around: number, along: number): Colour {
  const hoop = Math.floor(along * bands * 2) % 2 === 1
  const stripe = Math.floor(((around / Math.PI + 2) * bands * 1.5) % 2) === 1
  switch (pattern) {
    case 'plain':
      return colour
    case 'hoops':
      return hoop ? second : colour
    case 'stripes':
      return stripe ? second : colour
    case 'blocks':
      return along < 0.45 ? colour : second
    case 'checks':
      return hoop === stripe ? mix(colour, second, 0.7) : colour
  }
}
