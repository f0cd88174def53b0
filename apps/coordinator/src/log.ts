import { type DestinationStream, type Logger, destination, pino } from 'pino'

/** Structured log lines. Whatever could let someone in is replaced, at any of the depths at which we log it. */
export type Log = Logger

const secrets = ['token', 'operatorToken', 'authorization', 'proof', 'kek', 'privateKey', 'cookie']
const depths = ['', '*.', '*.*.', '*.*.*.']

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Lines go to standard error, so that standard output stays for people. */
export function createLog(level: LogLevel, into: DestinationStream = destination(2)): Log {
  const paths = depths.flatMap((depth) => secrets.map((name) => depth + name))
  return pino({ level, base: null, redact: { paths, censor: '[hidden]' } }, into)
}
