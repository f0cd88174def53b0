/** Writes `self-check.values.ts` from the cpu backend. Run after a change of `tiny` or of the check itself. */
import { writeFile } from 'node:fs/promises'
import { tf } from '../tf.ts'
import { computeValues } from './self-check.ts'

await tf.setBackend('cpu')
const values = Object.entries(await computeValues()).map(([kind, numbers]) => {
  return `  ${kind}: [${numbers.map((value) => Number(value.toPrecision(7))).join(', ')}],`
})
const text = `import type { CheckedValues } from './self-check.ts'

/** From TensorFlow.js's cpu backend, by \`npm run store-self-check\` in this package. */
export const storedValues: CheckedValues = {
${values.join('\n')}
}
`
await writeFile(new URL('self-check.values.ts', import.meta.url), text)
