/** The demo's coordinator in a process of its own: tells its parent its address, and ends when the parent does. */
import { startCoordinator } from '@passerby/coordinator'

const [dataFolder, webFolder] = process.argv.slice(2)

try {
  const { url, operatorToken, close } = await startCoordinator({ dataFolder, webFolder, port: 0, logLevel: 'error' })
  process.once('disconnect', () => void close().then(() => process.exit(0)))
  process.send?.({ url, operatorToken })
} catch (error) {
  process.send?.({ failure: error instanceof Error ? error.message : String(error) })
  process.disconnect()
}
