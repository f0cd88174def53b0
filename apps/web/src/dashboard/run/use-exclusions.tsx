import type { ClientView, FederationView } from '@passerby/protocol'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { useOperator } from '../session/operator-context.ts'
import { useAction } from '../use-action.ts'
import { TakeOutDialog } from './take-out-dialog.tsx'

/** Takes clients out of a federation and lets them in again. */
export interface Exclusions {
  /** What can be done about a client. */
  readonly button: (client: ClientView) => ReactNode
  readonly dialog: ReactNode
  /** What was done last. */
  readonly spoken: string
  /** Why the last one was not let in again. Why one was not taken out, the dialog says. */
  readonly problem: string | undefined
}

/** `elsewhere` has the focus where a client's row is not shown any more. */
export function useExclusions(view: FederationView, elsewhere: RefObject<HTMLElement | null>): Exclusions {
  const operator = useOperator()
  const taking = useAction()
  const letting = useAction()
  const [asked, setAsked] = useState<string>()
  const [spoken, setSpoken] = useState('')
  const [done, setDone] = useState<Done>()
  const federation = view.summary.id
  const buttonOf = useFocusAgain(view, { done, elsewhere })

  async function takeOut({ id: client, alias }: ClientView, reason: string): Promise<void> {
    if (taking.busy) return
    const taken = await taking.run(() => operator.command('exclude', { federation, client, reason: reason.trim() }))
    if (!taken) return
    setAsked(undefined)
    setSpoken(`${alias} is taken out.`)
    setDone({ client, isOut: true })
  }
  async function letIn({ id: client, alias }: ClientView): Promise<void> {
    if (letting.busy || !(await letting.run(() => operator.command('readmit', { federation, client })))) return
    setSpoken(`${alias} may join again.`)
    setDone({ client, isOut: false })
  }

  return {
    button(client) {
      const label = client.excluded ? 'Let in again' : 'Take out'
      return (
        <Button
          small
          kind="quiet"
          ref={buttonOf(client)}
          aria-label={`${label}: ${client.alias}`}
          onClick={() => (client.excluded ? void letIn(client) : setAsked(client.id))}
        >
          {label}
        </Button>
      )
    },
    dialog: (
      <TakeOutDialog
        view={view}
        client={view.clients.find(({ id }) => id === asked)}
        action={taking}
        onTakeOut={(client, reason) => void takeOut(client, reason)}
        onClose={() => setAsked(undefined)}
      />
    ),
    spoken,
    problem: letting.problem,
  }
}

interface Done {
  readonly client: string
  readonly isOut: boolean
}

/**
 * A row that moves loses the focus: it goes back to the row's button once the view shows what was done; elsewhere, where the
 * row moved out of those that are shown.
 */
function useFocusAgain(
  { clients }: FederationView,
  { done, elsewhere }: { readonly done: Done | undefined; readonly elsewhere: RefObject<HTMLElement | null> },
) {
  const buttons = useRef(new Map<string, HTMLButtonElement>())
  const isShown = clients.some(({ id, excluded }) => id === done?.client && (excluded !== null) === done.isOut)
  useEffect(() => {
    if (!done || !isShown || document.activeElement !== document.body) return
    const target = buttons.current.get(done.client) ?? elsewhere.current
    target?.focus()
  }, [done, isShown, elsewhere])
  return ({ id }: ClientView) =>
    (button: HTMLButtonElement | null) => {
      if (button) buttons.current.set(id, button)
      else buttons.current.delete(id)
    }
}
