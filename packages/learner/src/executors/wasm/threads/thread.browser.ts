/** The script of a thread in a page. */
import { READY, type Order } from './orders.ts'
import { serve } from './serve.ts'

const obey = serve()
addEventListener('message', ({ data }: MessageEvent<Order>) => obey(data))
postMessage(READY)
