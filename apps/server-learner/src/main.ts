/**
 * The learner beside a coordinator: a process of its own, the only one there that decodes images and runs networks. It
 * speaks with its parent alone, and ends with it.
 */
import { answer } from './answer.ts'
import type { Answered, Asked } from './messages.ts'

let last = Promise.resolve()

process.on('message', ({ number, request }: Asked) => {
  last = last.then(async () => {
    const answered = await answer(request).then(
      (value): Answered => ({ number, ok: true, value }),
      (error: unknown): Answered => ({ number, ok: false, message: messageOf(error) }),
    )
    process.send?.(answered)
  })
})
process.on('disconnect', () => process.exit(0))
// An interrupted terminal tells everyone; the coordinator first finishes what it writes, and ends this one itself.
process.on('SIGINT', () => undefined)

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
