// Node starts a worker thread without the TypeScript loader of its parent: this entry registers it, then runs the file.
import { workerData } from 'node:worker_threads'
import { register } from 'tsx/esm/api'

register()
await import(workerData.file)
