import { kernelBytes } from '#kernels'
import { describeKernels } from './testing/kernel-suite.ts'

for (const build of ['plain', 'relaxed'] as const) {
  describeKernels(build, await WebAssembly.compile(await kernelBytes(build)))
}
