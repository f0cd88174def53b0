import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { paths } from '@passerby/protocol'
import type { FastifyInstance } from 'fastify'

const NOT_BUILT = `The pages are not built. Run 'npm run build' in the project's folder, then reload.\n`

/** The built pages: `/` is the dashboard, `/join/<federation>` the participant's page. */
export async function servePages(app: FastifyInstance, webFolder: string): Promise<void> {
  if (!existsSync(join(webFolder, 'index.html'))) {
    for (const path of ['/', paths.join(':federation')])
      app.get(path, (_, answer) => answer.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT))
    return
  }
  await app.register(fastifyStatic, {
    root: webFolder,
    index: 'index.html',
    cacheControl: false,
    setHeaders: (answer, path) => {
      // Vite names what is under assets by its content.
      const lasting = path.startsWith(join(webFolder, 'assets'))
      void answer.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.get(paths.join(':federation'), (_, answer) => answer.sendFile('join.html'))
}
