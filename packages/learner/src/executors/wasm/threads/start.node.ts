import { Worker } from 'node:worker_threads'
import type { StartThread } from './threads.ts'

const ENTRY = new URL('./thread.node.mjs', import.meta.url)

export const startThread: StartThread = ({ onMessage, onLost }) => {
  const worker = new Worker(ENTRY)
  worker.on('message', onMessage)
  worker.on('error', onLost)
  worker.on('exit', (code) => onLost(new Error(`A worker thread ended with code ${code}.`)))
  // A thread that waits for orders keeps no process alive.
  worker.once('message', () => worker.unref())
  return { post: (order) => worker.postMessage(order), end: () => void worker.terminate() }
}
