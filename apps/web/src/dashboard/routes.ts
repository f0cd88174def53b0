/** Where in the dashboard one is, as the URL's fragment, so that a reload and a shared address lead back there. */
export const runTabs = ['clients', 'learning', 'rounds', 'models', 'events', 'invites', 'settings'] as const
export type RunTab = (typeof runTabs)[number]

export type Route =
  | { readonly page: 'federations' }
  | { readonly page: 'new' }
  | {
      readonly page: 'federation'
      readonly federation: string
      readonly tab: RunTab
      /** The session whose record is open, in the tab of rounds. */
      readonly session: number | undefined
    }

/** The route of a fragment; an unknown one leads to the list. */
export function parseRoute(fragment: string): Route {
  const [page, federation, tab, session] = fragment.replace(/^#?\/?/, '').split('/')
  if (page === 'new') return { page: 'new' }
  if (page !== 'federations' || !federation) return { page: 'federations' }
  return {
    page: 'federation',
    federation: decodeURIComponent(federation),
    tab: runTabs.find((one) => one === tab) ?? 'clients',
    session: /^[1-9]\d*$/.test(session ?? '') ? Number(session) : undefined,
  }
}

export function fragmentOf(route: Route): string {
  if (route.page === 'federations') return '#/'
  if (route.page === 'new') return '#/new'
  const run = `#/federations/${encodeURIComponent(route.federation)}/${route.tab}`
  return route.session === undefined ? run : `${run}/${route.session}`
}

/** Links to a tab of a federation. */
export function runFragment(federation: string, tab: RunTab = 'clients', session?: number): string {
  return fragmentOf({ page: 'federation', federation, tab, session })
}

/** The operator's token in a link that the coordinator printed: `#token=…`. */
export function tokenIn(fragment: string): string | undefined {
  return /^#token=([A-Za-z0-9_-]{1,200})$/.exec(fragment)?.[1]
}
