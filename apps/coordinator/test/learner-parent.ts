import { startLearnerProcess } from '../src/learner/learner-process.ts'

/** A process of its own, to be killed: says its learner's number once that one is at work, and stays. */
const [folder] = process.argv.slice(2)
const learner = startLearnerProcess()
await learner.ask({ kind: 'read', folder, images: 1, height: 16, width: 16 })
process.stdout.write(`learner ${learner.pid}\n`)
setInterval(() => undefined, 1_000)
