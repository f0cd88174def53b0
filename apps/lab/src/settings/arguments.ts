/** Readers of single command-line values. Each throws commander's `InvalidArgumentError`, which says what is wanted. */
import { InvalidArgumentError } from 'commander'

export interface Size {
  readonly height: number
  readonly width: number
}

/** A whole number within bounds, both included. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`A whole number from ${min} to ${max} is needed.`)
    return value
  }
}

/** A number within bounds, both included. */
export function number(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !(value >= min && value <= max))
      throw new InvalidArgumentError(`A number from ${min} to ${max} is needed.`)
    return value
  }
}

/** Height and width as in `128x64`, both multiples of 16. */
export function size(text: string): Size {
  const [, height, width] = /^(\d{2,3})x(\d{2,3})$/.exec(text) ?? []
  const both = [Number(height), Number(width)]
  if (!both.every((side) => side >= 16 && side <= 512 && side % 16 === 0))
    throw new InvalidArgumentError('Height and width are needed as in 128x64, both multiples of 16.')
  return { height: both[0], width: both[1] }
}
