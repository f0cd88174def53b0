/** How much one connection may ask (rules P3, R9). */
export interface EdgeLimits {
  readonly requestsPerSecond: number
  readonly refusalsPerMinute: number
  readonly progressPerSecond: number
}

export const edgeLimits: EdgeLimits = { requestsPerSecond: 200, refusalsPerMinute: 2_000, progressPerSecond: 10 }
