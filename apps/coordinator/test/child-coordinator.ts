import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

/** A coordinator in a process of its own, which can really be killed. */
export interface ChildCoordinator {
  readonly url: string
  readonly operatorToken: string
  /** Ends the process and resolves with its exit code; null after a signal that it could not handle. */
  end(signal: NodeJS.Signals): Promise<number | null>
  readonly said: () => string
}

/** Runs a script of the coordinator with these arguments; resolves when it listens. */
export async function spawnCoordinator(args: readonly string[], script = '../src/main.ts'): Promise<ChildCoordinator> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  let said = ''
  const link = await new Promise<URL>((resolve, reject) => {
    const hear = (text: Buffer) => {
      said += text.toString()
      const found = /dashboard\s+(\S+)/.exec(said)?.[1]
      if (found !== undefined) resolve(new URL(found))
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void exited.then((code) => reject(new Error(`the coordinator ended with ${code}: ${said}`)))
  })
  return {
    url: link.origin,
    operatorToken: new URLSearchParams(link.hash.slice(1)).get('token') ?? '',
    end: (signal) => endChild(child, exited, signal),
    said: () => said,
  }
}

async function endChild(child: ChildProcess, exited: Promise<number | null>, signal: NodeJS.Signals) {
  child.kill(signal)
  return await exited
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}
