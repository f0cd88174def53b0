/** What a browser offers for WebGPU, before TensorFlow.js is asked to use it. */
export type WebGpuOffer =
  | { readonly state: 'none'; readonly reason: string }
  | { readonly state: 'adapter'; readonly description: string; readonly software: boolean }

/** Drivers that compute on the processor; they call themselves so in `GPUAdapterInfo`. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i

/** Asks for an adapter as TensorFlow.js will. */
export async function findAdapter(): Promise<WebGpuOffer> {
  const gpu = globalThis.navigator?.gpu
  if (!gpu)
    return { state: 'none', reason: 'This browser has no WebGPU, or the page is not secure (HTTPS or localhost).' }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter)
    return { state: 'none', reason: 'This browser has WebGPU but no adapter: no supported graphics card or driver.' }
  return {
    state: 'adapter',
    description: wordsOf(adapter.info).join(' ') || 'unnamed adapter',
    software: isSoftware(adapter.info),
  }
}

/** Whether a processor plays the graphics card. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  return wordsOf(info).some((word) => SOFTWARE.test(word))
}

function wordsOf({ vendor, architecture, device, description }: GPUAdapterInfo): readonly string[] {
  return [vendor, architecture, device, description].filter(Boolean)
}
