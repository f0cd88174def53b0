/** WebGPU on SwiftShader needs all four of the graphics flags; the rest keep a test browser off the network. */
export const chromiumArguments: readonly string[]
/** The path of an installed Chromium: `PASSERBY_CHROMIUM`, else one on the PATH, else Playwright's; or undefined. */
export function findChromium(): string | undefined
/** As `findChromium`, but installs one where there is none. Throws an `Error` that says what to install. */
export function ensureChromium(): string
