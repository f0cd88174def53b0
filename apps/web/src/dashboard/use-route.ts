import { useMemo, useSyncExternalStore } from 'react'
import { type Route, fragmentOf, parseRoute } from './routes.ts'

/** The present route; follows links and the back button. */
export function useRoute(): Route {
  const fragment = useSyncExternalStore(subscribe, () => location.hash)
  return useMemo(() => parseRoute(fragment), [fragment])
}

export function goTo(route: Route): void {
  location.hash = fragmentOf(route)
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}
