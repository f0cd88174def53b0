import { tf } from '../tf.ts'

/** Resolves with the reason when the graphics device of the current backend is lost; never where there is none. */
export async function deviceLoss(): Promise<string> {
  const backend = tf.backend()
  if (!('device' in backend) || typeof GPUDevice === 'undefined' || !(backend.device instanceof GPUDevice))
    return new Promise(() => {})
  const { reason, message } = await backend.device.lost
  return message || reason
}
