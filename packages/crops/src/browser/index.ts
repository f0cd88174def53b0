export { decodeImage } from './decode.ts'
export { openOpfsFolder } from './opfs-folder.ts'
export { droppedFiles, openFiles, pickedFiles, type PathFile } from './picked-files.ts'
