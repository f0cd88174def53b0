import type { Operator } from '@passerby/operator'
import { useEffect, useSyncExternalStore } from 'react'
import { AppHeader } from '../ui/app-header.tsx'
import { Button } from '../ui/button.tsx'
import { LiveRegion } from '../ui/live-region.tsx'
import { ErrorState } from '../ui/notice.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { CreatePage } from './create/create-page.tsx'
import { FederationsPage } from './federations-page.tsx'
import { Page } from './page.tsx'
import { RunPage } from './run/run-page.tsx'
import { ConnectionBadge, connectionInWords } from './session/connection-status.tsx'
import { LoginPage } from './session/login-page.tsx'
import { OperatorContext, useSnapshot } from './session/operator-context.ts'
import { currentOperator, logOut, subscribeToSession, takeTokenFromAddress } from './session/session.ts'
import { useRoute } from './use-route.ts'

/** The operator's page: log in, then what the address names. */
export function Dashboard() {
  const operator = useSyncExternalStore(subscribeToSession, currentOperator)
  useEffect(() => {
    addEventListener('hashchange', takeTokenFromAddress)
    return () => removeEventListener('hashchange', takeTokenFromAddress)
  }, [])
  return (
    <>
      <a className="skip-link" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      {operator ? <LoggedIn operator={operator} /> : <LoggedOut />}
    </>
  )
}

function LoggedOut() {
  return (
    <>
      <AppHeader />
      <Page title="Log in">
        <LoginPage />
      </Page>
    </>
  )
}

function LoggedIn({ operator }: { readonly operator: Operator }) {
  return (
    <OperatorContext value={operator}>
      <Connected />
    </OperatorContext>
  )
}

/** Refusals that another token, or the same one later, may help against. */
const tokenCodes: ReadonlySet<string> = new Set(['unauthorised', 'too-fast'])

function Connected() {
  const { connection, federations } = useSnapshot()
  const wrongToken = connection.state === 'refused' && tokenCodes.has(connection.refusal.code)
  const waiting = federations === undefined && !wrongToken
  return (
    <>
      <LiveRegion text={connectionInWords(connection)} />
      <AppHeader home="#/">
        {!wrongToken && (
          <>
            <ConnectionBadge connection={connection} />
            <Button small kind="quiet" onClick={logOut}>
              Log out
            </Button>
          </>
        )}
      </AppHeader>
      {connection.state === 'refused' && wrongToken && (
        <Page title="Log in">
          <LoginPage refusal={connection.refusal.message} />
        </Page>
      )}
      {connection.state === 'refused' && !wrongToken && (
        <Page title="Not connected">
          <ErrorState
            title="The connection was ended"
            safe="Training goes on; this page only watches."
            next="Reload the page. If that does not help, restart the coordinator: it goes on where it was."
            actions={
              <Button kind="primary" onClick={() => location.reload()}>
                Reload
              </Button>
            }
          >
            {connection.refusal.message}
          </ErrorState>
        </Page>
      )}
      {connection.state !== 'refused' && (waiting ? <Waiting /> : <Routed />)}
    </>
  )
}

/** Until the first list: the coordinator is being reached, or is not there. */
function Waiting() {
  const { connection } = useSnapshot()
  if (connection.state !== 'unreachable')
    return (
      <Page title="Connecting">
        <Skeleton label="Connecting to the coordinator" lines={6} />
      </Page>
    )
  return (
    <Page title="No coordinator">
      <ErrorState
        title="No coordinator answers"
        safe="Every federation is on the coordinator’s disk, up to its last step."
        next="Start the coordinator with npm start. This page goes on trying and comes back by itself."
      >
        Nothing answers at {location.host}.
      </ErrorState>
    </Page>
  )
}

function Routed() {
  const route = useRoute()
  switch (route.page) {
    case 'federations':
      return <FederationsPage />
    case 'new':
      return <CreatePage />
    case 'federation':
      return <RunPage key={route.federation} route={route} />
  }
}

/** The fragment is the route, so the link moves the focus itself. */
function skipToMain(event: { preventDefault: () => void }): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}
