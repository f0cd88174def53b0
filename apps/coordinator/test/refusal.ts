import { expect } from 'vitest'

/** What equals any reply that refuses with this code. */
export const refusal = (code: string) => ({ ok: false, refusal: expect.objectContaining({ code }) as unknown })
