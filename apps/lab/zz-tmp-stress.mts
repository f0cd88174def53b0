import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { createParticipant } from '../../packages/participant/src/participate.ts'
import { openFolderKeep } from '../../packages/participant/src/node.ts'
import { spawnCoordinator, freePort } from '../coordinator/test/child-coordinator.ts'
import { scriptedOperator } from '../coordinator/test/scripted-operator.ts'
import { twoChunkLayout, modelFile } from '../coordinator/test/model.ts'
const SIG = (process.argv[2] ?? 'SIGTERM') as NodeJS.Signals
const N = 3, ROUNDS = 400
const data = await mkdtemp(join(tmpdir(), 'stress-'))
const port = await freePort()
const startC = () => spawnCoordinator(['--port', String(port), '--data', data, '--log', 'error'])
let child = await startC()
let op = await scriptedOperator(child.url, child.operatorToken)
const settings = { name: 'S', rounds: ROUNDS, cohort: { minClients: N, deadlineSeconds: 600, graceSeconds: 30, evaluationSeconds: 60 }, local: { backbone: 'tiny' } }
const model = await op.upload(modelFile(twoChunkLayout))
const { federation } = await op.must('create', { settings: settings as never, model })
const { path } = await op.must('invite', { federation, label: 't', hours: 1 })
const frag = new URLSearchParams(path.split('#')[1])
await op.must('start', { federation })
op.close()
const pause = (signal: AbortSignal, ms: number) => new Promise<void>((res, rej) => { const t = setTimeout(res, ms); signal.addEventListener('abort', () => { clearTimeout(t); rej(new DOMException('x', 'AbortError')) }) })
const clients = await Promise.all(Array.from({ length: N }, async (_, i) => {
  const learner: any = {
    async train(task: any, { signal }: any) { await pause(signal, 20 + Math.random() * 150); return { backbone: task.backbone ?? task.model, weight: i + 1, images: i + 1, loss: 1, seconds: 1 } },
    async evaluate(_: any, { signal }: any) { await pause(signal, 10 + Math.random() * 80); return { rank1: 1, rank5: 1, rank10: 1, mAP: 1, queries: 3 } },
  }
  const c = createParticipant({ origin: child.url, federation, fingerprint: frag.get('k')!, token: frag.get('t')!, alias: 'c' + i, device: { name: 'd', backend: 'wasm', imagesPerSecond: 1 }, images: 5, learner, keep: await openFolderKeep(join(data, 'k' + i)) })
  c.start(); return c
}))
const show = () => clients.map((c) => { const s = c.getSnapshot(); return `${s.state}/${s.connection.link}/${s.because ?? ''}/r${s.rounds.at(-1)?.round}:${s.rounds.at(-1)?.outcome}/${s.failure?.message ?? ''}${s.refusal?.code ?? ''}` }).join(' | ')
const end = Date.now() + Number(process.argv[3] ?? 150) * 1000
let last = 0
while (Date.now() < end) {
  await wait(400 + Math.random() * 2500)
  const before = show()
  await child.end(SIG); child = await startC()
  const now = () => Math.max(...clients.map((c) => c.getSnapshot().rounds.at(-1)?.round ?? 0))
  const r = now(); const t = Date.now()
  while (now() <= r && Date.now() - t < 45_000) await wait(100)
  const took = Date.now() - t
  console.log(new Date().toISOString().slice(14, 19), 'round', now(), took, took > 20000 ? `SLOW before=${before} now=${show()}` : '')
  if (took >= 45_000) { op = await scriptedOperator(child.url, child.operatorToken); const w = await op.must('watch', { federation }); console.log(JSON.stringify(w.federation!.phase), JSON.stringify(w.federation!.clients.map((c) => [c.alias, c.state]))); console.log(JSON.stringify(w.rounds.at(-1))); console.log(w.events.slice(-25).map((e) => e.message).join('\n')); console.log(child.said()); break }
}
await child.end('SIGKILL'); process.exit(0)
