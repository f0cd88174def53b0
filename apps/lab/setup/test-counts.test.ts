import { expect, test } from 'vitest'
import { fromExit, fromPlaywright, fromVitest, sum } from './test-counts.mjs'

const vitest = (report: object) => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...report,
})
const playwright = (stats: object, errors: object[] = []) => ({
  stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats },
  errors,
})

test('a suite counts what its report says', () => {
  expect(fromVitest(vitest({ numPassedTests: 7, numFailedTests: 2, numPendingTests: 1 }), 1)).toEqual({
    passed: 7,
    failed: 2,
    skipped: 1,
  })
  expect(fromPlaywright(playwright({ expected: 5, flaky: 1, skipped: 2 }), 0)).toEqual({
    passed: 5,
    failed: 1,
    skipped: 2,
  })
})

test('a runner that crashes, writes no report or runs nothing has failed', () => {
  expect(fromVitest(undefined, 0).failed).toBe(1)
  expect(fromVitest(vitest({ numPassedTests: 3 }), 134)).toEqual({ passed: 3, failed: 1, skipped: 0 })
  expect(fromVitest(vitest({}), 0).failed).toBe(1)
  expect(fromPlaywright(undefined, 1).failed).toBe(1)
  expect(fromPlaywright(playwright({ expected: 2 }, [{ message: 'no tests found' }]), 1).failed).toBe(1)
  expect(fromExit(2)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('a test file that could not be loaded counts as one failure', () => {
  const broken = { status: 'failed', assertionResults: [] }
  expect(fromVitest(vitest({ numPassedTests: 3, testResults: [broken] }), 1).failed).toBe(1)
})

test('the sum is over all stages', () => {
  expect(sum([fromExit(0), { passed: 4, failed: 1 }, fromExit(1)])).toEqual({ passed: 5, failed: 2 })
})
