import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The coordinator that the development server passes API and socket traffic to. */
const COORDINATOR = 'http://localhost:7070'

/** What the coordinator sends with every page: without these a worker has no shared memory, here as there. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** `/join/<federation>` is join.html, as the coordinator serves it. */
function joinRoute(): Plugin {
  return {
    name: 'join-route',
    configureServer(server) {
      server.middlewares.use((request, _, next) => {
        if (request.url?.startsWith('/join/')) request.url = '/join.html'
        next()
      })
    },
  }
}

export default defineConfig({
  root: at('apps/web'),
  publicDir: at('public'),
  plugins: [react(), joinRoute()],
  worker: { format: 'es' },
  build: {
    outDir: at('dist/web'),
    emptyOutDir: true,
    target: 'es2023',
    // The page's policy allows no data: URL but fonts need none either; small files stay files.
    assetsInlineLimit: 0,
    rolldownOptions: { input: { dashboard: at('apps/web/index.html'), join: at('apps/web/join.html') } },
  },
  server: {
    headers: isolation,
    proxy: {
      '/api': COORDINATOR,
      '/metrics': COORDINATOR,
      '/socket.io': { target: COORDINATOR, ws: true },
    },
  },
})
