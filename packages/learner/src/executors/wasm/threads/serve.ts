import { READY, type Order } from './orders.ts'
import { createSharedReplica, type SharedReplica } from './shared-replica.ts'

/** Obeys the orders of the thread that trains, on any other. The result takes one order. */
export function serve(answer: (ready: typeof READY) => void): (order: Order) => void {
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
