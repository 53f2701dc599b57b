import type { Secret } from '../../../lib/secret.ts'
import type { RestartPolicy } from '../../../rollout/restart-policy.ts'

/** A container as the configuration writes it. Empty lists, null and false say nothing: then the image's default holds. */
export interface EnsuredContainer {
  readonly name: string
  /** With the tag that is followed. */
  readonly image: string
  readonly command: readonly string[] | null
  readonly entrypoint: readonly string[] | null
  /** By name; a value may be a secret. */
  readonly env: Readonly<Record<string, Secret>>
  readonly ports: readonly EnsuredPort[]
  /** `source:destination[:options]`, or the destination of an anonymous volume alone. */
  readonly volumes: readonly string[]
  /** The first is that of the network mode; none for the engine's default. */
  readonly networks: readonly string[]
  readonly restart: RestartPolicy
  readonly user: string | null
  readonly workingDir: string | null
  readonly hostname: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly healthCheck: EnsuredHealthCheck | null
  readonly init: boolean
  readonly readOnly: boolean
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
}

/** A port of the container, published on the host. */
export interface EnsuredPort {
  /** Empty for all addresses of the host. */
  readonly address: string
  /** Empty when the engine is to choose. */
  readonly host: string
  /** With its protocol: `8080/tcp`. */
  readonly container: string
}

/** What is undefined is the engine's default. */
export interface EnsuredHealthCheck {
  /** Run inside the container, without a shell; good when it ends with 0. */
  readonly test: readonly string[]
  readonly intervalMs: number | undefined
  readonly timeoutMs: number | undefined
  readonly startPeriodMs: number | undefined
  readonly retries: number | undefined
}
