import { describe, expect, test } from 'vitest'
import { type Route, fragmentOf, parseRoute, tokenIn } from './routes.ts'

describe('routes', () => {
  test.each<[string, Route]>([
    ['#/', { page: 'federations' }],
    ['#/new', { page: 'new' }],
    [
      '#/federations/two-stations/rounds',
      { page: 'federation', federation: 'two-stations', tab: 'rounds', session: undefined },
    ],
    [
      '#/federations/two-stations/rounds/12',
      { page: 'federation', federation: 'two-stations', tab: 'rounds', session: 12 },
    ],
  ])('%s leads there and back', (fragment, route) => {
    expect(parseRoute(fragment)).toEqual(route)
    expect(fragmentOf(route)).toBe(fragment)
  })

  test.each(['', '#', '#/nowhere', '#/federations', '#token=abc'])('%j leads to the list', (fragment) =>
    expect(parseRoute(fragment)).toEqual({ page: 'federations' }),
  )

  test('what is no tab or no session is left out', () =>
    expect(parseRoute('#/federations/two-stations/nowhere/-1')).toEqual({
      page: 'federation',
      federation: 'two-stations',
      tab: 'clients',
      session: undefined,
    }))

  test('a token is read from its own link only', () => {
    expect(tokenIn('#token=q83v-EjRWeJKq8')).toBe('q83v-EjRWeJKq8')
    expect(tokenIn('#/token=abc')).toBeUndefined()
    expect(tokenIn('#token=a b')).toBeUndefined()
  })
})
