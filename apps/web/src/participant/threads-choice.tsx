import { Field, Select } from '../ui/field.tsx'
import { plural } from '../ui/format.ts'
import { pageOffer, threadsOf } from './threads.ts'

const LOCKED = 'Leave the training to change it.'
const ALONE =
  'One, since this page is not cross-origin isolated: its coordinator or a proxy drops the headers that give workers shared memory.'

/** How many processor threads WebAssembly trains with. */
export function ThreadsChoice({
  threads,
  locked,
  onThreads,
}: {
  /** What the person chose before, if anything. */
  readonly threads: number | undefined
  readonly locked: boolean
  readonly onThreads: (threads: number) => void
}) {
  const offer = pageOffer()
  const help = `For WebAssembly; ${offer.preset} unless chosen. More train faster and leave less for the rest of this machine.`
  return (
    <Field label="Processor threads" help={crossOriginIsolated ? (locked ? LOCKED : help) : ALONE}>
      {(control) => (
        <Select
          {...control}
          value={String(threadsOf(threads, offer))}
          disabled={locked || offer.most === 1}
          options={Array.from({ length: offer.most }, (_, index) => ({
            value: String(index + 1),
            label: plural(index + 1, 'thread'),
          }))}
          onPick={(picked) => onThreads(Number(picked))}
        />
      )}
    </Field>
  )
}
