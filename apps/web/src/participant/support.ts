/** What the page needs of a browser, tried rather than guessed from its name. */
export interface Missing {
  readonly what: string
  readonly next: string
}

/** A module with one SIMD instruction: `v128.const 0`, dropped. */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 26, 11,
])

const NEWER = 'Use an up-to-date Chrome or Edge (137 or later), Firefox (130 or later) or Safari (17 or later).'

/** The first thing that this browser lacks, or `undefined` when it has everything. */
export async function missingFeature(): Promise<Missing | undefined> {
  if (!isSecureContext)
    return {
      what: 'This page was opened over plain HTTP. Browsers allow encryption only over HTTPS or on localhost.',
      next: 'Ask whoever sent you the link for one that starts with https://.',
    }
  if (!(await hasCurves()))
    return { what: 'This browser cannot make the keys (Ed25519, X25519) that seal what leaves it.', next: NEWER }
  if (!WebAssembly.validate(simdModule))
    return { what: 'This browser has no WebAssembly SIMD, without which training would take days.', next: NEWER }
  if (!navigator.locks || !navigator.storage?.getDirectory || typeof OffscreenCanvas === 'undefined')
    return { what: 'This browser lacks a private file system or canvases in workers.', next: NEWER }
  return undefined
}

async function hasCurves(): Promise<boolean> {
  try {
    await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    await crypto.subtle.generateKey('X25519', false, ['deriveBits'])
    return true
  } catch {
    return false
  }
}
