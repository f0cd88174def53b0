/** Writes `self-check.values.ts` from the cpu backend. Run after a change of a checked network or of the check itself. */
import { writeFile } from 'node:fs/promises'
import { tf } from '../tf.ts'
import { computeValues } from './self-check.ts'

await tf.setBackend('cpu')
const networks = Object.entries(await computeValues()).map(([name, values]) => {
  const kinds = Object.entries(values).map(([kind, numbers]) => {
    return `    ${kind}: [${numbers.map((value) => Number(value.toPrecision(7))).join(', ')}],`
  })
  return `  ${name}: {\n${kinds.join('\n')}\n  },`
})
const text = `import type { CheckedNetwork, CheckedValues } from './self-check.ts'

/** From TensorFlow.js's cpu backend, by \`npm run store-self-check\` in this package. */
export const storedValues: Readonly<Record<CheckedNetwork, CheckedValues>> = {
${networks.join('\n')}
}
`
await writeFile(new URL('self-check.values.ts', import.meta.url), text)
