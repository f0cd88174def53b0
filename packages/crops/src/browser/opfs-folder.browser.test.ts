import { afterAll, describe } from 'vitest'
import { cropStoreContract } from '../../test/crop-store-contract.ts'
import { folderContract } from '../../test/folder-contract.ts'
import { openOpfsFolder } from './opfs-folder.ts'

describe('OPFS', () => {
  afterAll(async () => {
    const root = await navigator.storage.getDirectory()
    await root.removeEntry('tests', { recursive: true })
  })

  folderContract((name) => openOpfsFolder(['tests', name]))
  cropStoreContract((name) => openOpfsFolder(['tests', name]))
})
