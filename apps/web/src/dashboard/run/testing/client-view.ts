import type { ClientView } from '@passerby/protocol'

/** A client as the operator sees it, for tests. */
export function clientView(alias: string, known: Partial<ClientView> & Pick<ClientView, 'state'>): ClientView {
  return {
    id: alias,
    alias,
    device: { name: 'a device', backend: 'webgpu', imagesPerSecond: 100 },
    images: 10,
    part: null,
    fraction: 0,
    hidden: false,
    lastSeen: 0,
    excluded: null,
    weight: null,
    bytesUp: 0,
    bytesDown: 0,
    ...known,
  }
}
