import { fileVersion } from './lib/file-version.ts'
import { createSingleFlight } from './clients/oci/single-flight.ts'
import type { RegistryConfig } from './config/registries.ts'
import { toAppError } from './errors.ts'
import type { Clock } from './lib/clock.ts'
import type { Log } from './lib/log.ts'

/** Files whose contents were put into the configuration, and the registries with what they hold now. */
export interface SecretFiles {
  /** By path, with the version that was read. */
  readonly versions: ReadonlyMap<string, string>
  /** @throws CONFIG_INVALID naming file, line and key */
  reread(): Promise<readonly RegistryConfig[]>
}

/** How long files are taken as unchanged without a look. */
const freshMs = 1000

/**
 * Looks whether a secret was replaced, at most once a second, and hands out the registries with the new one. While a new
 * one cannot be read the old one stays, as it may be in the middle of being replaced: the log says so, once.
 *
 * @param take gets the entries in the order of the configuration
 */
export function createSecretWatch(
  { versions, reread }: SecretFiles,
  clock: Pick<Clock, 'elapsed'>,
  log: Log,
  take: (entries: readonly RegistryConfig[]) => void,
): (signal: AbortSignal) => Promise<void> {
  const flights = createSingleFlight<void>()
  const paths = [...versions.keys()]
  let version = [...versions.values()].join('\n')
  let freshUntil = -Infinity
  let isWrong = false

  const look = async (): Promise<void> => {
    const seen = (await Promise.all(paths.map(fileVersion))).join('\n')
    freshUntil = clock.elapsed() + freshMs
    if (seen === version) return
    try {
      take(await reread())
      version = seen
      if (isWrong) log.info({}, 'the secrets of the registries could be read again')
      isWrong = false
    } catch (error) {
      const { code, message } = toAppError(error)
      if (!isWrong) log.warn({ code }, `a secret of the registries changed and cannot be read: ${message}`)
      isWrong = true
    }
  }
  return async (signal) => {
    if (paths.length === 0 || clock.elapsed() < freshUntil) return
    await flights.run('', signal, look)
  }
}
