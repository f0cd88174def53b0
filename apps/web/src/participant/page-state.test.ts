import { expect, test } from 'vitest'
import { firstState, isTraining, reachedStep, type PageState } from './page-state.ts'

const agreed = { alias: 'Site' }
const view = { origin: 'x', kept: true, pattern: undefined, preview: [], summary: { images: 0 } } as never
const session = (state: string) => ({ state }) as PageState['session']

test('the furthest step follows from what is done', () => {
  expect(reachedStep(firstState)).toBe('join')
  expect(reachedStep({ ...firstState, agreed })).toBe('crops')
  expect(reachedStep({ ...firstState, agreed, crops: { state: 'read', view } })).toBe('crops')
  expect(reachedStep({ ...firstState, agreed, crops: { state: 'kept', view } })).toBe('check')
  expect(reachedStep({ ...firstState, agreed, session: session('training') })).toBe('train')
})

test('crops are locked while a session lives, and free after it', () => {
  expect(isTraining({ ...firstState, session: session('paused') })).toBe(true)
  expect(isTraining({ ...firstState, session: session('ended') })).toBe(false)
  expect(isTraining(firstState)).toBe(false)
})
