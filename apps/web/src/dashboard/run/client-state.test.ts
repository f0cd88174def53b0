import type { ClientView } from '@passerby/protocol'
import { describe, expect, test } from 'vitest'
import { clientState, inOrder } from './client-state.ts'
import { clientView } from './testing/client-view.ts'

const client = (alias: string, state: ClientView['state'], id = alias) =>
  clientView(alias, { id, state, fraction: 0.639 })
const excluded = { at: 0, by: 'operator', reason: '' } as const

describe('clients of a federation', () => {
  test('say what they do and how far they are', () => {
    expect(clientState(client('a', 'training'), false)).toEqual({ text: 'training 63 %', tone: 'accent' })
    expect(clientState(client('a', 'looking'), false).text).toBe('looking at images 63 %')
    expect(clientState(client('a', 'late'), false)).toEqual({ text: 'late', tone: 'warn' })
  })

  test('are missed while it runs, and no longer when it has ended', () => {
    expect(clientState(client('a', 'gone'), false).tone).toBe('bad')
    expect(clientState(client('a', 'gone'), true).tone).toBe('neutral')
  })

  test('are taken out, whatever else they do, also after the end', () => {
    expect(clientState({ ...client('a', 'gone'), excluded }, false)).toEqual({ text: 'taken out', tone: 'warn' })
    expect(clientState({ ...client('a', 'training'), excluded }, false).text).toBe('taken out')
    expect(clientState({ ...client('a', 'gone'), excluded }, true)).toEqual({ text: 'taken out', tone: 'neutral' })
  })

  test('stand by alias as people count, those who are gone after them and those taken out last, whatever the others do', () => {
    const clients = [
      client('Platform 10', 'training'),
      { ...client('Aisle', 'gone'), excluded },
      client('Airport', 'gone'),
      client('Platform 2', 'waiting', 'z'),
      client('Platform 2', 'done', 'y'),
    ]
    expect(inOrder(clients).map(({ alias, id }) => [alias, id])).toEqual([
      ['Platform 2', 'y'],
      ['Platform 2', 'z'],
      ['Platform 10', 'Platform 10'],
      ['Airport', 'Airport'],
      ['Aisle', 'Aisle'],
    ])
  })
})
