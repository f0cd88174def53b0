import { READY, type Bell, type Order } from './orders.ts'
import { createSharedReplica, type SharedReplica } from './shared-replica.ts'

/**
 * A thread looks out for its next order this long before it sleeps: within a training step they are closer than that, and
 * waking up can take longer than what is ordered.
 */
const LOOK_OUT_MS = 4

/** Obeys the orders of the thread that trains, on any other. The result takes one order. */
export function serve(answer: (ready: typeof READY) => void): (order: Order) => void {
  const obey = obeyWith(answer)
  let bell: Bell | undefined
  let obeyed = 0
  return (order) => {
    if (order.order === 'greet') bell = order.bell
    else obeyed++
    obey(order)
    if (!bell) return
    const end = performance.now() + LOOK_OUT_MS
    while (Atomics.load(bell, 0) === obeyed && performance.now() < end);
  }
}

function obeyWith(answer: (ready: typeof READY) => void): (order: Order) => void {
  const replicas = new Map<number, SharedReplica>()
  const replica = ({ executor }: { readonly executor: number }): SharedReplica => {
    const found = replicas.get(executor)
    if (!found) throw new RangeError(`serve: there is no executor ${executor}`)
    return found
  }
  return (order) => {
    switch (order.order) {
      case 'greet':
        return answer(READY)
      case 'open':
        return void replicas.set(order.executor, createSharedReplica(order.backbone, order))
      case 'close':
        return void replicas.delete(order.executor)
      case 'load':
        return replica(order).load(order.parameters)
      case 'forward':
        return replica(order).forward(order.shape, order.batch)
      case 'backward':
        return replica(order).backward()
      case 'update':
        return replica(order).update(order.optimiser, order.rate)
    }
  }
}
