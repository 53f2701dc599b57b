import type { Secret } from '../lib/secret.ts'
import type { ParsedConfig } from './schema.ts'

type Parsed = NonNullable<ParsedConfig['workloads'][number]['ensure']>

/** A container that is to exist on a target. Null where nothing is written, so that the image's default holds. */
export interface EnsuredConfig {
  readonly target: string
  readonly name: string
  readonly image: string
  readonly command: readonly string[] | null
  readonly entrypoint: readonly string[] | null
  readonly env: Readonly<Record<string, Secret>>
  readonly ports: readonly { readonly address: string; readonly host: string; readonly container: string }[]
  readonly volumes: readonly string[]
  readonly networks: readonly string[]
  readonly restart: string
  readonly user: string | null
  readonly workingDir: string | null
  readonly hostname: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly healthCheck: {
    readonly test: readonly string[]
    readonly intervalMs: number | undefined
    readonly timeoutMs: number | undefined
    readonly startPeriodMs: number | undefined
    readonly retries: number | undefined
  } | null
  readonly init: boolean
  readonly readOnly: boolean
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
}

/** Puts what is written into the shape that targets take: null for what is absent, units in names. */
export function toEnsured(
  { command, entrypoint, user, workingDir, hostname, healthCheck, target, ...written }: Parsed,
  targets: ParsedConfig['targets'],
): EnsuredConfig {
  return {
    ...written,
    target: target ?? targets[0]?.name ?? '',
    command: command ?? null,
    entrypoint: entrypoint ?? null,
    user: user ?? null,
    workingDir: workingDir ?? null,
    hostname: hostname ?? null,
    healthCheck:
      healthCheck === undefined
        ? null
        : {
            test: healthCheck.test,
            intervalMs: healthCheck.interval,
            timeoutMs: healthCheck.timeout,
            startPeriodMs: healthCheck.startPeriod,
            retries: healthCheck.retries,
          },
  }
}
