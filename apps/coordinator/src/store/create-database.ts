import { rename } from 'node:fs/promises'
import { migrated } from './database.ts'
import { removeFolder } from './files.ts'

/** A process of its own: makes the database in the folder that it is given, whole or not at all. */
const [folder] = process.argv.slice(2)
const unfinished = `${folder}.new`
await removeFolder(unfinished)
const database = await migrated(unfinished)
await database.close()
await rename(unfinished, folder)
