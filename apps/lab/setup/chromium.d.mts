/** Keeps an automated browser off the network and free of questions. */
export const quietArguments: readonly string[]
/** The same with WebGPU on SwiftShader, which needs all four of these flags: for tests, since it is slow. */
export const chromiumArguments: readonly string[]
/** The path of an installed Chromium: `PASSERBY_CHROMIUM`, else one on the PATH, else Playwright's; or undefined. */
export function findChromium(): string | undefined
/** As `findChromium`, but installs one where there is none. Throws an `Error` that says what to install. */
export function ensureChromium(): string
