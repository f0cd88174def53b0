/** The script of a thread in a page. */
import type { Order } from './orders.ts'
import { serve } from './serve.ts'

const obey = serve(postMessage)
addEventListener('message', ({ data }: MessageEvent<Order>) => obey(data))
