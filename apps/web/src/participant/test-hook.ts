import type { SealSpy } from '@passerby/participant'

/**
 * For end-to-end tests of builds made with `VITE_TEST_HOOKS=1`, and in no other build: every plaintext handed to
 * sealing is also given to whoever listens for `passerby:sealing` on `window`.
 */
export const sealSpy: SealSpy | undefined =
  import.meta.env['VITE_TEST_HOOKS'] === '1'
    ? (plaintext) => window.dispatchEvent(new CustomEvent('passerby:sealing', { detail: plaintext.slice() }))
    : undefined
