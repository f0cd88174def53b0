import type { FastifyInstance } from 'fastify'

/**
 * What every answer says to browsers (PRIVACY 1.10): scripts, workers and connections of this origin only; isolation,
 * which gives workers shared memory.
 */
export function securityHeaders(publicUrl: string): Readonly<Record<string, string>> {
  const sockets = publicUrl.replace(/^http/, 'ws').replace(/\/$/, '')
  const policy = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    `connect-src 'self' ${sockets}`,
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(publicUrl.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  }
}

export function sendHeaders(app: FastifyInstance, headers: () => Readonly<Record<string, string>>): void {
  app.addHook('onRequest', async (_, answer) => void answer.headers(headers()))
}
