export { decodeImage } from './decode.ts'
export { directoryFiles } from './directory.ts'
