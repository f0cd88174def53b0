import { Field, Select } from '../ui/field.tsx'
import { backendWishes, type BackendWish } from './membership.ts'

const wishNames: Record<BackendWish, string> = {
  automatic: 'Automatic: the fastest that computes correctly',
  webgpu: 'WebGPU, even where it uses the processor',
  wasm: 'WebAssembly',
}

/** Which backend trains; a working one may still be the wrong one where a driver is bad. */
export function BackendChoice({
  backend,
  locked,
  onBackend,
}: {
  readonly backend: BackendWish
  readonly locked: boolean
  readonly onBackend: (backend: BackendWish) => void
}) {
  return (
    <Field label="Backend" help={locked ? 'Leave the training to change it.' : 'Another choice is checked at once.'}>
      {(control) => (
        <Select
          {...control}
          value={backend}
          disabled={locked}
          options={backendWishes.map((value) => ({ value, label: wishNames[value] }))}
          onPick={onBackend}
        />
      )}
    </Field>
  )
}
