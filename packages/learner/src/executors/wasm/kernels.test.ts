import { loadKernels } from './kernel-module.ts'
import { describeKernels } from './testing/kernel-suite.ts'

describeKernels('the build that Node takes', await loadKernels())
