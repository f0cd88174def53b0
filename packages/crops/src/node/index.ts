export { decodeImage } from './decode.ts'
export { directoryFiles } from './directory.ts'
export { openDiskFolder } from './disk-folder.ts'
