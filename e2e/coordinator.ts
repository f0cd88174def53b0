import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { type Operator, connectOperator } from '@passerby/operator'

const root = resolve(import.meta.dirname, '..')

/** A coordinator in its own process, as `npm start` runs it, that can be killed and started again on its folder. */
export interface TestCoordinator {
  readonly url: string
  readonly operator: Operator
  readonly operatorToken: string
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** Starts it again with the same folder, port and keys. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Starts a coordinator with its data in `folder`, and the images of a folder as its public set where one is named. */
export async function startTestCoordinator(folder: string, publicSet?: string): Promise<TestCoordinator> {
  const port = await freePort()
  const start = () => run(['--port', String(port), '--data', folder, ...(publicSet ? ['--public-set', publicSet] : [])])
  let running = await start()
  const { url, token } = running
  const operator = connectOperator({ origin: url, token })
  const kill = async () => {
    const gone = once(running.child, 'exit')
    running.child.kill('SIGKILL')
    await gone
  }
  return {
    url,
    operator,
    operatorToken: token,
    kill,
    async restart() {
      running = await start()
    },
    async close() {
      operator.close()
      if (running.child.exitCode === null && running.child.signalCode === null) await kill()
    },
  }
}

interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  readonly url: string
  readonly token: string
}

async function run(options: readonly string[]): Promise<Running> {
  const words = ['--import', 'tsx', join(root, 'apps/coordinator/src/main.ts'), '--log', 'warn']
  const web = ['--web', join(root, 'dist/web-test')]
  const child = spawn(process.execPath, [...words, ...web, ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', (text: Buffer) => (output += text.toString()))
  return new Promise((ready, failed) => {
    child.on('exit', (code) => failed(new Error(`the coordinator ended with ${code}:\n${output}`)))
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString()
      const [, url, token] = /dashboard\s+(\S+)\/#token=(\S+)/.exec(output) ?? []
      if (url && token) ready({ child, url, token })
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('freePort: no port')
  return address.port
}
