import { backboneByName, type Backbone } from '@passerby/backbones'
import type { LocalSettings } from '../settings.ts'
import type { Network } from './network.ts'

/** The network that settings ask for. */
export type NetworkOfSettings = (settings: Pick<LocalSettings, 'backbone' | 'embedding'>) => Network

/**
 * Makes a network where the last one is another. A client uses one for all that it does, since a network's executors keep
 * their memory.
 */
export function latestNetwork(make: (backbone: Backbone) => Network): NetworkOfSettings {
  let last: { readonly name: string; readonly network: Network } | undefined
  return ({ backbone, embedding }) => {
    const name = `${backbone} ${embedding}`
    if (last?.name !== name) last = { name, network: make(backboneByName(backbone, embedding)) }
    return last.network
  }
}
