import { expect, test } from 'vitest'
import { fednova, stepsTaken } from './fednova.ts'
import type { TrainedLocally } from './strategy.ts'

const heavy = (momentum: number) => ({ momentum, nesterov: false })
const nesterov = (momentum: number) => ({ momentum, nesterov: true })

test('two steps with a momentum of ½: 1 + 1.5, and with Nesterov 1.5 + 1.75', () => {
  expect(stepsTaken(2, heavy(0.5))).toBe(2.5)
  expect(stepsTaken(2, nesterov(0.5))).toBe(3.25)
})

test('without momentum a length is the number of steps, with a momentum of 1 their triangle', () => {
  expect(stepsTaken(7, heavy(0))).toBe(7)
  expect(stepsTaken(4, heavy(1))).toBe(10)
})

test.each([1, 2, 10, 137])('%d steps: the paper’s closed form, and Nesterov’s', (steps) => {
  const momentum = 0.9
  const form = (ahead: number) => (steps - (ahead * (1 - momentum ** steps)) / (1 - momentum)) / (1 - momentum)
  expect(stepsTaken(steps, heavy(momentum))).toBeCloseTo(form(momentum), 9)
  expect(stepsTaken(steps, nesterov(momentum))).toBeCloseTo(form(momentum ** 2), 9)
})

test('no step at all is told as such, and not as a rate that is too high', async () => {
  const trained = { images: 5, steps: 0, task: { settings: heavy(0.9) } } as TrainedLocally
  await expect(fednova.conclude(trained, { name: 'fednova' })).rejects.toMatchObject({ code: 'too-few-images' })
})
