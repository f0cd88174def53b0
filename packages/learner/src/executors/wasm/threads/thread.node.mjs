// Node starts a worker thread without the TypeScript loader of its parent: this entry registers it.
import { register } from 'tsx/esm/api'

register()
await import('./thread.node.ts')
