import { startCoordinator } from '../src/start.ts'

/** A process of its own for the flood test: the coordinator without rule P3, which would hide every other rule. */
const [dataFolder] = process.argv.slice(2)
const limits = { requestsPerSecond: Number.MAX_SAFE_INTEGER, refusalsPerMinute: Number.MAX_SAFE_INTEGER }
const { url, operatorToken } = await startCoordinator({ dataFolder, port: 0, logLevel: 'error', limits })
process.stdout.write(`dashboard ${url}/#token=${operatorToken}\n`)
