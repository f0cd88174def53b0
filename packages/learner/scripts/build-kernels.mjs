// Compiles the WebAssembly kernels from AssemblyScript. Plain Node, since it also runs before anything else is built:
// `node packages/learner/scripts/build-kernels.mjs` (npm run kernels), or `await buildKernels()`.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = 'src/executors/wasm/kernels'
const sources = join(root, folder)
const target = join(root, 'dist/kernels.wasm')

/** Builds `dist/kernels.wasm` unless it is newer than its sources. Throws an `Error` with the compiler's messages. */
export async function buildKernels() {
  if (isFresh()) return target
  const { main } = await import('assemblyscript/asc')
  mkdirSync(dirname(target), { recursive: true })
  // Another process may build at the same moment: whoever is last puts the same file there whole.
  const draft = `dist/kernels.${process.pid}.wasm`
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory']
  let messages = ''
  const stderr = { write: (text) => void (messages += text) }
  const { error } = await main([`${folder}/index.ts`, '--outFile', draft, ...options, '--baseDir', root], { stderr })
  if (error) {
    rmSync(join(root, draft), { force: true })
    throw new Error(`The WebAssembly kernels do not compile:\n${messages}`, { cause: error })
  }
  renameSync(join(root, draft), target)
  return target
}

function isFresh() {
  const built = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity
  const files = [fileURLToPath(import.meta.url), ...readdirSync(sources).map((name) => join(sources, name))]
  return files.every((file) => statSync(file).mtimeMs <= built)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels()
