import type { WatchedRun } from '@passerby/operator'
import { useEffect } from 'react'
import { LiveRegion } from '../../ui/live-region.tsx'
import { EmptyState } from '../../ui/notice.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { type Tab, Tabs } from '../../ui/tabs.tsx'
import { InvitesPanel } from '../invites/invites-panel.tsx'
import { Page } from '../page.tsx'
import { type Route, type RunTab, fragmentOf, runTabs } from '../routes.ts'
import { LostNotice } from '../session/connection-status.tsx'
import { useOperator, useSnapshot } from '../session/operator-context.ts'
import { useNow } from '../../ui/use-now.ts'
import { goTo } from '../use-route.ts'
import { ClientsPanel } from './clients-panel.tsx'
import { EventsPanel } from './events-panel.tsx'
import { LearningPanel } from './learning-panel.tsx'
import { ModelsPanel } from './models-panel.tsx'
import { RoundsPanel } from './rounds-panel.tsx'
import { RunHead } from './run-head.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { announcement } from './state-sentence.ts'

type RunRoute = Extract<Route, { page: 'federation' }>

const names: Record<RunTab, string> = {
  clients: 'Clients',
  learning: 'Learning',
  rounds: 'Rounds',
  models: 'Models',
  events: 'Events',
  invites: 'Invites',
  settings: 'Settings',
}

/** One federation, live. */
export function RunPage({ route }: { readonly route: RunRoute }) {
  const operator = useOperator()
  const { connection, watched } = useSnapshot()
  useEffect(() => {
    operator.watch(route.federation)
    return () => operator.watch(null)
  }, [operator, route.federation])

  if (watched?.state === 'refused')
    return (
      <Page title="Not found">
        <EmptyState
          icon="search"
          title="There is no such federation"
          actions={<ButtonLink href={fragmentOf({ page: 'federations' })}>All federations</ButtonLink>}
        >
          {watched.refusal.message}
        </EmptyState>
      </Page>
    )
  if (watched?.state !== 'live' || watched.federation !== route.federation)
    return (
      <Page title="Federation">
        <Skeleton label="Loading the federation" height={180} />
        <Skeleton label="Loading its clients" lines={8} />
      </Page>
    )
  return (
    <Page title={watched.view.summary.name}>
      {connection.state === 'reconnecting' && <LostNotice since={connection.since} />}
      <Run run={watched} route={route} />
    </Page>
  )
}

function Run({ run, route }: { readonly run: WatchedRun; readonly route: RunRoute }) {
  const now = useNow() + run.clockOffsetMs
  const tabs = runTabs.map((name): Tab<RunTab> => ({
    name,
    label: names[name],
    content: <Panel {...{ name, run, route, now }} />,
  }))
  return (
    <>
      <LiveRegion text={announcement(run.view)} />
      <RunHead run={run} now={now} />
      <Tabs
        label="About this federation"
        tabs={tabs}
        value={route.tab}
        onChange={(tab) => goTo({ ...route, tab, session: undefined })}
      />
    </>
  )
}

function Panel({
  name,
  run,
  route,
  now,
}: {
  readonly name: RunTab
  readonly run: WatchedRun
  readonly route: RunRoute
  readonly now: number
}) {
  switch (name) {
    case 'clients':
      return <ClientsPanel run={run} now={now} />
    case 'learning':
      return <LearningPanel records={run.rounds} />
    case 'rounds':
      return <RoundsPanel run={run} session={route.session} now={now} />
    case 'models':
      return <ModelsPanel run={run} />
    case 'events':
      return <EventsPanel run={run} now={now} />
    case 'invites':
      return <InvitesPanel view={run.view} now={now} />
    case 'settings':
      return <SettingsPanel view={run.view} />
  }
}
