import { readFileSync } from 'node:fs'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { join as joinPath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createKek, base64url } from '@passerby/privacy'
import { paths } from '@passerby/protocol'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { spawnCoordinator } from '../test/child-coordinator.ts'
import { newDataFolder } from '../test/data-folder.ts'
import { modelFile, smallLayout } from '../test/model.ts'
import { configOf, connect, join, newIdentity, trainTask } from '../test/scripted-client.ts'
import { scriptedOperator } from '../test/scripted-operator.ts'
import type { CoordinatorOptions } from './options.ts'
import { type Coordinator, startCoordinator } from './start.ts'

vi.setConfig({ testTimeout: 60_000 })

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const certFile = at('../test/tls/cert.pem')
const keyFile = at('../test/tls/key.pem')

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function folder(): Promise<string> {
  const data = await newDataFolder()
  opened.push({ close: () => data.remove() })
  return data.path
}

async function start(options: CoordinatorOptions): Promise<Coordinator> {
  const coordinator = await startCoordinator({ port: 0, logLevel: 'silent', ...options })
  let isOpen = true
  const close = async () => {
    if (isOpen) await coordinator.close()
    isOpen = false
  }
  opened.push({ close })
  return { ...coordinator, close }
}

describe('what keeps a coordinator from starting is said with what to do', () => {
  test('plain HTTP beyond this machine', async () => {
    const refused = start({ dataFolder: await folder(), host: '0.0.0.0' })
    await expect(refused).rejects.toMatchObject({ code: 'insecure-address' })
    await expect(refused).rejects.toThrow('--allow-plain-http')
  })

  test('a public set that is not there', async () => {
    const refused = start({ dataFolder: await folder(), publicSet: '/no/such/folder' })
    await expect(refused).rejects.toMatchObject({ code: 'bad-option' })
    await expect(refused).rejects.toThrow('--public-set')
  })

  test('half a certificate, one that is not there, one that is none', async () => {
    const dataFolder = await folder()
    await expect(start({ dataFolder, certFile })).rejects.toMatchObject({ code: 'bad-option' })
    await expect(start({ dataFolder, certFile, keyFile: '/no/such/file' })).rejects.toMatchObject({
      code: 'bad-certificate',
    })
    await expect(start({ dataFolder, certFile: at('./start.ts'), keyFile })).rejects.toMatchObject({
      code: 'bad-certificate',
    })
  })

  test('a port in use, a data folder in use', async () => {
    const [one, two] = [await folder(), await folder()]
    const { url } = await start({ dataFolder: one })
    const port = Number(new URL(url).port)
    await expect(start({ dataFolder: two, port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`)
    await expect(start({ dataFolder: one })).rejects.toMatchObject({ code: 'folder-locked' })
    // What failed to start has let its folder go.
    await start({ dataFolder: two })
  })

  test('keys that are damaged', async () => {
    const dataFolder = await folder()
    await expect(start({ dataFolder, kek: 'short' })).rejects.toMatchObject({ code: 'bad-key' })
    await writeFile(joinPath(dataFolder, 'keys', 'root.pkcs8'), 'not a key')
    await expect(start({ dataFolder })).rejects.toMatchObject({ code: 'bad-key' })
  })

  test('an option that is none', async () => {
    await expect(spawnCoordinator(['--port', 'x'])).rejects.toThrow(/ended with 1: passerby: --port must be a number/)
  })
})

test('keys and token outlive a restart, are nobody else’s to read, and a new token replaces the old', async () => {
  const dataFolder = await folder()
  const first = await start({ dataFolder })
  await first.close()
  const second = await start({ dataFolder })
  expect([second.operatorToken, second.fingerprint]).toEqual([first.operatorToken, first.fingerprint])
  expect(second.fingerprintWords.split(' ')).toHaveLength(8)
  for (const name of await readdir(joinPath(dataFolder, 'keys')))
    expect((await stat(joinPath(dataFolder, 'keys', name))).mode & 0o077).toBe(0)
  await second.close()
  const third = await start({ dataFolder, newOperatorToken: true })
  expect(third.operatorToken).not.toBe(first.operatorToken)
  await expect(scriptedOperator(third.url, first.operatorToken)).rejects.toThrow('refused')
})

test('with a certificate everything goes by TLS', async () => {
  const { url, operatorToken } = await start({ dataFolder: await folder(), certFile, keyFile })
  expect(url).toMatch(/^https:/)
  const ca = readFileSync(certFile)
  const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
    get(url + paths.health, { ca }, (answer) => {
      answer.resume()
      resolve(answer.headers)
    }).once('error', reject)
  })
  expect(headers['strict-transport-security']).toContain('max-age')
  expect(headers['content-security-policy']).toContain(`connect-src 'self' ${url.replace('https', 'wss')};`)
  const operator = await scriptedOperator(url, operatorToken, ca)
  expect(await operator.must('list', {})).toEqual({ federations: [] })
  operator.close()
})

test('without built pages the address says how to build them', async () => {
  const { url } = await start({ dataFolder: await folder(), webFolder: '/no/such/folder' })
  for (const path of ['/', '/join/some-federation']) {
    const answer = await fetch(url + path)
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm run build')])
  }
})

test('with another key-encryption key an open session cannot go on: it is abandoned aloud and opened anew', async () => {
  const dataFolder = await folder()
  const first = await start({ dataFolder, kek: base64url(createKek()) })
  const operator = await scriptedOperator(first.url, first.operatorToken)
  const to = await operator.prepare({ name: 'Keys', cohort: { minClients: 1 } }, modelFile(smallLayout))
  await operator.must('start', { federation: to.federation })
  const identity = await newIdentity('Anna')
  const before = await connect(first.url)
  await join(before, identity, to)
  await trainTask(before, 1)
  operator.close()
  await first.close()
  const second = await start({ dataFolder, kek: base64url(createKek()) })
  const after = await connect(second.url)
  await join(after, identity, to)
  expect(configOf(await trainTask(after, 2))).toMatchObject({ round: 1, session: 2 })
  const again = await scriptedOperator(second.url, second.operatorToken)
  const { events, rounds } = await again.must('watch', { federation: to.federation })
  expect(events.find(({ kind }) => kind === 'bad-key')).toMatchObject({ level: 'error', round: 1 })
  expect(rounds.map(({ outcome }) => outcome)).toEqual(['aborted', 'open'])
  again.close()
})

test('a graceful stop is a lost connection to a client, which comes back to the same session', async () => {
  const dataFolder = await folder()
  const first = await start({ dataFolder })
  const operator = await scriptedOperator(first.url, first.operatorToken)
  const to = await operator.prepare({ name: 'Stop', cohort: { minClients: 1 } }, modelFile(smallLayout))
  await operator.must('start', { federation: to.federation })
  const identity = await newIdentity('Anna')
  const before = await connect(first.url)
  await join(before, identity, to)
  const config = await trainTask(before, 1)
  operator.close()
  await first.close()
  expect(await before.ended).toBe('transport close')
  const second = await start({ dataFolder })
  const after = await connect(second.url)
  expect((await join(after, identity, to)).task).toEqual({ task: 'train', config, accepted: false, measure: false })
})
