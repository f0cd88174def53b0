import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CoordinatorError } from './errors.ts'
import type { EdgeLimits } from './edge/limits.ts'
import type { LogLevel } from './log.ts'

export interface CoordinatorOptions {
  /** Keys, database, models and sealed updates. Made where it does not exist. */
  readonly dataFolder: string
  /** 0: any free one. */
  readonly port?: number
  readonly host?: string
  /** Files in PEM format; both or none. */
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  /** The address that browsers use, where it is another than host and port (behind a proxy, say). */
  readonly publicUrl?: string | undefined
  readonly allowPlainHttp?: boolean
  /** The built pages. */
  readonly webFolder?: string
  readonly newOperatorToken?: boolean
  /** Person crops that belong to no client, in a folder or a .zip: for strategies that compare or teach models by such. */
  readonly publicSet?: string | undefined
  /** Key-encryption key, 32 bytes in base64url, in place of the one in the data folder. */
  readonly kek?: string | undefined
  readonly logLevel?: LogLevel
  readonly limits?: Partial<EdgeLimits>
}

export const defaultOptions = {
  port: 7070,
  host: '127.0.0.1',
  dataFolder: 'coordinator-data',
  webFolder: fileURLToPath(new URL('../../../dist/web', import.meta.url)),
} as const

/** True when only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/**
 * Browsers take WebGPU and WebCrypto away from plain HTTP pages, and whoever listens reads the tokens.
 * Throws `CoordinatorError` `insecure-address`.
 */
export function refusePlainHttp({ host, tls, allowed }: { host: string; tls: boolean; allowed: boolean }): void {
  if (tls || allowed || isLoopback(host)) return
  throw new CoordinatorError(
    'insecure-address',
    `Plain HTTP on ${host} is refused: browsers allow neither encryption nor WebGPU on such pages, and tokens would be readable on the way. ` +
      `Give --cert and --key; or put a proxy with TLS in front, give its address by --public-url, and add --allow-plain-http; or stay on --host 127.0.0.1.`,
  )
}

/** The public set's whole path. Throws `CoordinatorError` `bad-option` where nothing is. */
export async function publicSetFolder({
  publicSet,
}: Pick<CoordinatorOptions, 'publicSet'>): Promise<string | undefined> {
  if (publicSet === undefined) return undefined
  const path = resolve(publicSet)
  try {
    await access(path, constants.R_OK)
    return path
  } catch (cause) {
    const what = `The public set ${path} cannot be read. Give --public-set a folder of images, or leave it out.`
    throw new CoordinatorError('bad-option', what, { cause })
  }
}

/** Reads the certificate and its key. Throws `CoordinatorError` `bad-certificate` or `bad-option`. */
export async function readTls({
  certFile,
  keyFile,
}: Pick<CoordinatorOptions, 'certFile' | 'keyFile'>): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  if (certFile === undefined && keyFile === undefined) return undefined
  if (certFile === undefined || keyFile === undefined)
    throw new CoordinatorError('bad-option', 'TLS needs both a certificate (--cert) and its private key (--key).')
  try {
    return { cert: await readFile(certFile), key: await readFile(keyFile) }
  } catch (cause) {
    const what = `The certificate or its key cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`
    throw new CoordinatorError('bad-certificate', what, { cause })
  }
}
