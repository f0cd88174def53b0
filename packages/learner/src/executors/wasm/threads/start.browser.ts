import type { StartThread } from './threads.ts'

export const startThread: StartThread = ({ onMessage, onLost }) => {
  const worker = new Worker(new URL('./thread.browser.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => onMessage(data))
  worker.addEventListener('error', (event) => onLost(new Error(event.message || 'A worker does not start.')))
  return { post: (order) => worker.postMessage(order), end: () => worker.terminate() }
}
