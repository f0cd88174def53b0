/** The script of a thread in Node. */
import { parentPort } from 'node:worker_threads'
import { READY, type Order } from './orders.ts'
import { serve } from './serve.ts'

const obey = serve()
parentPort?.on('message', (order: Order) => obey(order))
parentPort?.postMessage(READY)
