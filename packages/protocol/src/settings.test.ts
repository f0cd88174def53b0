import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { FederationSettings } from './settings.ts'

const parsed = (local: object) => v.safeParse(FederationSettings, { name: 'Two stations', local })

describe('settings', () => {
  test('need a name and nothing else', () => {
    const { success, output } = parsed({})
    expect(success).toBe(true)
    expect(output).toMatchObject({ rounds: 40, local: { backbone: 'osnet_x0_25', nesterov: true, momentum: 0.9 } })
  })

  test.each([
    ['local.nesterov', { nesterov: true, momentum: 0 }],
    ['local.pad', { pad: { height: 64, width: 4 }, input: { height: 64, width: 32 } }],
    ['local.schedule.milestones', { schedule: { milestones: [28, 28] } }],
  ])('%s refuses a combination that means nothing', (path, local) => {
    const { success, issues } = parsed(local)
    expect(success).toBe(false)
    expect(issues?.map((issue) => v.getDotPath(issue))).toEqual([path])
  })

  test('momentum may be 0 without Nesterov', () => expect(parsed({ nesterov: false, momentum: 0 }).success).toBe(true))
})
