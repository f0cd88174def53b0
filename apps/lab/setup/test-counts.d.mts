interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A check without tests of its own: one, passed or failed. */
export function fromExit(exitCode: number): Counts
/** Of vitest's JSON report; undefined when it wrote none. */
export function fromVitest(report: object | undefined, exitCode: number): Counts
/** Of Playwright's JSON report; undefined when it wrote none. */
export function fromPlaywright(report: object | undefined, exitCode: number): Counts
export function sum(counts: readonly Pick<Counts, 'passed' | 'failed'>[]): Pick<Counts, 'passed' | 'failed'>
