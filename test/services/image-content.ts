import { readFileSync } from 'node:fs'
import { packTar } from './tar.ts'

/**
 * What the image's program does:
 * - `healthy` runs until it is told to end
 * - `slow-healthy` does, and its health check passes only after four seconds
 * - `unhealthy` does, and its health check never passes
 * - `exits` ends at once with 1, `crash-loop` after half a second
 * - `cannot-start` does not exist
 * - `completes` ends at once with 0
 */
export type Behaviour = 'healthy' | 'slow-healthy' | 'unhealthy' | 'exits' | 'crash-loop' | 'cannot-start' | 'completes'

/** Settings of the image itself, which a container inherits. */
export interface ImageSettings {
  /** What the image answers with over HTTP, and its `VERSION`. */
  readonly version: string
  readonly behaviour?: Behaviour
  /** Whether the image has a health check; it has one unless told otherwise. */
  readonly healthcheck?: boolean
  /** Seconds between checks once it is well; one unless told otherwise. Each costs 50 ms of a processor: fleets want more. */
  readonly healthInterval?: number
  /** Beside `PATH`, `VERSION` and `PORT` (8080; the program serves there, or only sleeps when it is empty). */
  readonly env?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly cmd?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly user?: string
  readonly workdir?: string
  readonly volumes?: readonly string[]
  /** As in `8080/tcp`. */
  readonly exposedPorts?: readonly string[]
}

const applets =
  'sh cat date echo env false hostname httpd id ip kill ls mkdir nc nslookup ping printenv rm sleep stat test touch true wget'
const created = '2026-01-01T00:00:00Z'
const nanosecondsPerSecond = 1_000_000_000

const beforeServing: Readonly<Record<Behaviour, string>> = {
  healthy: '',
  'slow-healthy': '(sleep 4; touch /tmp/healthy) &',
  unhealthy: '',
  exits: 'echo "cannot go on" >&2; exit 1',
  'crash-loop': 'sleep 0.5; echo "cannot go on" >&2; exit 1',
  'cannot-start': '',
  completes: 'exit 0',
}

const answers = '[ -z "$PORT" ] || wget -q -O /dev/null "http://127.0.0.1:$PORT/"'
const healthChecks: Partial<Record<Behaviour, string>> = {
  'slow-healthy': 'test -e /tmp/healthy',
  unhealthy: 'echo "not well"; exit 1',
}
/** Seconds in which a failing check does not count; five of those that are not named. */
const startPeriods: Partial<Record<Behaviour, number>> = { 'slow-healthy': 15, unhealthy: 0 }

/** Busybox, the same in each image, so that a registry and an engine store it once. */
export function packBase(): Buffer {
  return packTar([
    { path: 'bin/' },
    { path: 'tmp/' },
    { path: 'bin/busybox', content: readFileSync('/bin/busybox') },
    ...applets.split(' ').map((name) => ({ path: `bin/${name}`, link: 'busybox' })),
  ])
}

/** What differs between versions: the program, its health check and the page it serves. */
export function packVersion({ version, behaviour = 'healthy' }: ImageSettings): Buffer {
  const program = [
    '#!/bin/sh',
    // The first process of a container has no default action for signals: busybox alone would ignore a SIGTERM.
    "trap 'exit 0' TERM INT",
    beforeServing[behaviour],
    'if [ -n "$PORT" ]; then httpd -f -p "$PORT" -h /www & else sleep 1000000 & fi',
    'wait "$!"',
  ]
  const healthCheck = ['#!/bin/sh', healthChecks[behaviour] ?? answers]
  return packTar([
    ...(behaviour === 'cannot-start' ? [] : [{ path: 'app', content: `${program.join('\n')}\n` }]),
    { path: 'health', content: `${healthCheck.join('\n')}\n` },
    { path: 'www/' },
    { path: 'www/index.html', content: `${version}\n` },
  ])
}

/**
 * The image's configuration, readable as OCI's and as Docker's.
 *
 * @param origin makes the image differ from one of another origin, so that tests do not share images
 * @param diffIds digests of the uncompressed layers
 */
export function describeConfig(settings: ImageSettings, origin: string, platform: string, diffIds: readonly string[]) {
  const [os, architecture, variant] = platform.split('/')
  const { version, env = {}, labels = {}, cmd, entrypoint, user, workdir, volumes, exposedPorts } = settings
  const environment = { PATH: '/bin', VERSION: version, PORT: '8080', ...env }
  return {
    created,
    architecture,
    os,
    ...(variant !== undefined && { variant }),
    config: {
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      Labels: labels,
      Cmd: cmd ?? (entrypoint === undefined ? ['/app'] : null),
      ...(entrypoint !== undefined && { Entrypoint: entrypoint }),
      ...(user !== undefined && { User: user }),
      ...(workdir !== undefined && { WorkingDir: workdir }),
      ...(volumes !== undefined && { Volumes: asKeys(volumes) }),
      ...(exposedPorts !== undefined && { ExposedPorts: asKeys(exposedPorts) }),
      ...(settings.healthcheck !== false && { Healthcheck: describeHealthCheck(settings) }),
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map(() => ({ created, created_by: origin })),
  }
}

function describeHealthCheck({ behaviour = 'healthy', healthInterval = 1 }: ImageSettings) {
  return {
    Test: ['CMD', '/health'],
    Interval: healthInterval * nanosecondsPerSecond,
    // On a busy machine a check of something healthy may take seconds.
    Timeout: 10 * nanosecondsPerSecond,
    StartPeriod: (startPeriods[behaviour] ?? 5) * nanosecondsPerSecond,
    StartInterval: nanosecondsPerSecond / 2,
    Retries: 2,
  }
}

function asKeys(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, {}]))
}
