// `npm test`: every check and every suite, also after one has failed, and at the end one honest sum. A check counts as
// one; a suite counts what its runner's own JSON report says. A runner that ends badly without a failed test to show
// for it counts as one failure.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fromExit, fromPlaywright, fromVitest, sum } from './test-counts.mjs'

const root = resolve(import.meta.dirname, '../../..')
const reports = mkdtempSync(join(tmpdir(), 'passerby-test-'))
const reportOf = (name) => join(reports, `${name}.json`)

const npm = (script) => ['npm', ['run', '--silent', script]]
const vitest = (project) => [
  'npx',
  [
    '--no-install',
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportOf(project)}`,
  ],
]
const stages = [
  { name: 'format', command: npm('format:check'), minutes: 3 },
  { name: 'lint', command: npm('lint'), minutes: 5 },
  { name: 'types', command: npm('types'), minutes: 5 },
  { name: 'unused code', command: npm('unused'), minutes: 5 },
  { name: 'unit', command: vitest('unit'), minutes: 15, count: fromVitest },
  { name: 'browser', command: vitest('browser'), minutes: 10, count: fromVitest },
  {
    name: 'e2e',
    command: [
      'npx',
      ['--no-install', 'playwright', 'test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'],
    ],
    minutes: 20,
    count: fromPlaywright,
  },
]

const results = []
for (const stage of stages) {
  console.log(`\n── ${stage.name}`)
  const exitCode = await execute(stage)
  const counts = stage.count ? stage.count(readReport(stage.name), exitCode) : fromExit(exitCode)
  results.push({ name: stage.name, ...counts })
}
rmSync(reports, { recursive: true, force: true })

console.log('')
for (const { name, passed, failed, skipped } of results)
  console.log(`${name.padEnd(12)} ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
const total = sum(results)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed > 0 ? 1 : 0)

/** Runs one stage to its exit code; one that hangs is killed with all that it started, and counts as ended badly. */
function execute({ name, command: [program, words], minutes }) {
  return new Promise((done) => {
    const child = spawn(program, words, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: reportOf(name) },
    })
    const endAll = (signal) => {
      try {
        process.kill(-child.pid, signal)
      } catch {
        // already gone
      }
    }
    const watchdog = setTimeout(() => {
      console.error(`passerby: ${name} ran for more than ${minutes} minutes and is ended`)
      endAll('SIGKILL')
    }, minutes * 60_000)
    const interrupt = () => {
      endAll('SIGKILL')
      process.exit(130)
    }
    process.once('SIGINT', interrupt)
    process.once('SIGTERM', interrupt)
    child.on('error', (error) => console.error(`passerby: ${name} could not be started: ${error.message}`))
    child.on('close', (code) => {
      clearTimeout(watchdog)
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
      done(code ?? 1)
    })
  })
}

function readReport(name) {
  try {
    return JSON.parse(readFileSync(reportOf(name), 'utf8'))
  } catch {
    return undefined
  }
}
