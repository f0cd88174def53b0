/** The script of a thread in Node. */
import { parentPort } from 'node:worker_threads'
import type { Order } from './orders.ts'
import { serve } from './serve.ts'

const obey = serve((ready) => parentPort?.postMessage(ready))
parentPort?.on('message', (order: Order) => obey(order))
