import { Button } from '../../ui/button.tsx'
import { fileStem, saveFile } from '../../ui/save-file.ts'
import page from '../page.module.css'
import { useOperator } from '../session/operator-context.ts'
import { useAction } from '../use-action.ts'

const formats = ['json', 'csv'] as const

/** Takes the whole run along as a file: settings, rounds and events as JSON, a line per client and round as CSV. */
export function RunExport({ federation, name }: { readonly federation: string; readonly name: string }) {
  const operator = useOperator()
  const { busy, problem, run } = useAction()
  async function save(format: (typeof formats)[number]): Promise<void> {
    const file = await run(() => operator.exportRun(federation, format))
    if (file) saveFile(file, `${fileStem(name)}.${format}`)
  }
  return (
    <div className={page.row}>
      {problem && <span role="alert">{problem}</span>}
      {formats.map((format) => (
        <Button
          key={format}
          small
          kind="quiet"
          icon="down"
          disabled={busy}
          onClick={() => void save(format)}
          aria-label={`Export the run as ${format.toUpperCase()}`}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </div>
  )
}
