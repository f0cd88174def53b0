// Compiles the WebAssembly kernels from AssemblyScript. Plain Node, since it also runs before anything else is built:
// `node packages/learner/scripts/build-kernels.mjs` (npm run kernels), or `await buildKernels()`.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = 'src/executors/wasm/kernels'
const sources = join(root, folder)

/** With relaxed SIMD a product and its sum are one instruction; not every engine has it. */
const BUILDS = [
  { name: 'kernels', features: ['simd'] },
  { name: 'kernels-relaxed', features: ['simd', 'relaxed-simd'] },
]

/**
 * Builds `dist/kernels.wasm` and `dist/kernels-relaxed.wasm` unless they are newer than their sources. Throws an `Error`
 * with the compiler's messages.
 */
export async function buildKernels() {
  for (const build of BUILDS) if (!isFresh(build)) await compile(build)
}

async function compile({ name, features }) {
  const { main } = await import('assemblyscript/asc')
  mkdirSync(join(root, 'dist'), { recursive: true })
  // Another process may build at the same moment: whoever is last puts the same file there whole.
  const draft = `dist/${name}.${process.pid}.wasm`
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory']
  for (const feature of features) options.push('--enable', feature)
  let messages = ''
  const stderr = { write: (text) => void (messages += text) }
  const { error } = await main([`${folder}/index.ts`, '--outFile', draft, ...options, '--baseDir', root], { stderr })
  if (error) {
    rmSync(join(root, draft), { force: true })
    throw new Error(`The WebAssembly kernels do not compile:\n${messages}`, { cause: error })
  }
  renameSync(join(root, draft), targetOf(name))
}

function targetOf(name) {
  return join(root, `dist/${name}.wasm`)
}

function isFresh({ name }) {
  const built = statSync(targetOf(name), { throwIfNoEntry: false })?.mtimeMs ?? -Infinity
  const files = [fileURLToPath(import.meta.url), ...readdirSync(sources).map((name) => join(sources, name))]
  return files.every((file) => statSync(file).mtimeMs <= built)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels()
