import { pino } from 'pino'
import { redact } from './secret.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** One line says what happened to a workload and why; `fields` carry the same for programs. */
export interface Log {
  debug(fields: LogFields, sentence: string): void
  info(fields: LogFields, sentence: string): void
  warn(fields: LogFields, sentence: string): void
  error(fields: LogFields, sentence: string): void
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

/**
 * A log of JSON lines, or of plain lines for people. Secrets are struck out of both.
 *
 * @param write takes one whole line with its line break
 */
export function createLog(level: LogLevel, format: 'plain' | 'json', write: (line: string) => void): Log {
  const render = format === 'json' ? (line: string) => line : plainLine
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(render(redact(line))) },
  )
}

/**
 * `12:00:00 WARN  local/container/web: rolled back: its health check failed`. The sentence says it all; the fields are
 * for programs, and the date is left to journald and docker logs.
 */
function plainLine(line: string): string {
  const { time, level, msg, workload, target } = JSON.parse(line) as Record<string, string> // pino's own line
  const subject = workload ?? target
  return `${time?.slice(11, 19)} ${level?.toUpperCase().padEnd(5)} ${subject === undefined ? '' : `${subject}: `}${msg?.replaceAll(/\s*[\n\r]\s*/g, ' ')}\n`
}
