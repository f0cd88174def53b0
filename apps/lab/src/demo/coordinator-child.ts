/** The demo's coordinator in a process of its own: tells its parent its address, and ends when the parent does. */
import { reasonOf } from '@passerby/crops'
import { startCoordinator } from '@passerby/coordinator'

const [dataFolder, webFolder, publicSet] = process.argv.slice(2)

try {
  const coordinator = await startCoordinator({
    dataFolder,
    webFolder,
    publicSet: publicSet || undefined,
    port: 0,
    logLevel: 'error',
  })
  process.once('disconnect', () => void coordinator.close().then(() => process.exit(0)))
  process.send?.({ url: coordinator.url, operatorToken: coordinator.operatorToken })
} catch (error) {
  process.send?.({ failure: reasonOf(error) })
  process.disconnect()
}
