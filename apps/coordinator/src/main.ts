import { parseArgs } from 'node:util'
import { CoordinatorError } from './errors.ts'
import type { LogLevel } from './log.ts'
import { type CoordinatorOptions, defaultOptions } from './options.ts'
import { startCoordinator } from './start.ts'

const help = `Runs a Passerby coordinator until it is interrupted.

  --port N              port to listen on (default ${defaultOptions.port}; 0: any free one)
  --host ADDRESS        address to listen on (default ${defaultOptions.host}: this machine only)
  --data FOLDER         where keys, database and models are kept (default ./${defaultOptions.dataFolder})
  --cert FILE           TLS certificate, PEM; with --key FILE, its private key
  --public-url URL      the address that browsers use, where it is another
  --allow-plain-http    listen without TLS beyond this machine (behind a proxy with TLS)
  --web FOLDER          the built pages (default: dist/web of this project)
  --public-set FOLDER   person crops that belong to no client, which some strategies look at: a folder or a .zip
  --new-operator-token  replace the operator's token
  --log LEVEL           debug, info, warn, error or silent (default info)
  --help                this text

PASSERBY_PUBLIC_SET: the same as --public-set.
PASSERBY_KEK: 32 random bytes in base64url that wrap round keys on disk, in place of a file in the data folder.
`

const logLevels: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'] satisfies LogLevel[]

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: String(defaultOptions.port) },
        host: { type: 'string', default: defaultOptions.host },
        data: { type: 'string', default: defaultOptions.dataFolder },
        cert: { type: 'string' },
        key: { type: 'string' },
        'public-url': { type: 'string' },
        'allow-plain-http': { type: 'boolean', default: false },
        web: { type: 'string', default: defaultOptions.webFolder },
        'public-set': { type: 'string' },
        'new-operator-token': { type: 'boolean', default: false },
        log: { type: 'string', default: 'info' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (cause) {
    throw new CoordinatorError('bad-option', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function toOptions(values: ReturnType<typeof readArguments>): CoordinatorOptions {
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new CoordinatorError('bad-option', `--port must be a number from 0 to 65535, not '${values.port}'.`)
  if (!logLevels.includes(values.log))
    throw new CoordinatorError('bad-option', `--log must be one of ${logLevels.join(', ')}.`)
  const publicUrl = values['public-url']
  if (publicUrl !== undefined && !/^https?:\/\/[^/]+\/?$/.test(publicUrl))
    throw new CoordinatorError('bad-option', '--public-url must be an origin such as https://reid.example.org')
  return {
    port,
    host: values.host,
    dataFolder: values.data,
    certFile: values.cert,
    keyFile: values.key,
    publicUrl,
    allowPlainHttp: values['allow-plain-http'],
    webFolder: values.web,
    publicSet: values['public-set'] ?? process.env['PASSERBY_PUBLIC_SET'],
    newOperatorToken: values['new-operator-token'],
    kek: process.env['PASSERBY_KEK'],
    logLevel: values.log as LogLevel,
  }
}

async function main(): Promise<void> {
  const values = readArguments(process.argv.slice(2))
  if (values.help) return void process.stdout.write(help)
  const coordinator = await startCoordinator(toOptions(values))
  process.stdout.write(
    `\nPasserby coordinator at ${coordinator.url}\n` +
      `  dashboard    ${coordinator.url}/#token=${coordinator.operatorToken}\n` +
      `  fingerprint  ${coordinator.fingerprintWords}\n\n`,
  )
  const stop = (signal: NodeJS.Signals) => {
    process.stdout.write(`\n${signal}: finishing what is being written …\n`)
    coordinator.close().then(() => process.exit(0), fail)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

function fail(error: unknown): void {
  const known = error instanceof CoordinatorError
  process.stderr.write(
    known ? `passerby: ${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`,
  )
  process.exit(1)
}

main().catch(fail)
