import type { ComposeProject } from '../../clients/compose/project.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { hashOf } from './definition/hash.ts'

/**
 * Hash of what Compose makes of a service, with the values of its `env_file:` in it: the hash that Compose itself gives
 * by `config --hash` leaves those out (2.26.1).
 */
export async function contentHash(
  { compose }: Pick<ComposeDeps, 'compose'>,
  project: ComposeProject,
  service: string,
  signal: AbortSignal,
): Promise<string> {
  const read = async (profiles: readonly string[]): Promise<unknown> => {
    const { raw } = await compose.readConfig({ ...project, profiles }, signal)
    const services = raw['services']
    return typeof services === 'object' && services !== null ? Reflect.get(services, service) : undefined
  }
  // A service whose profile is not chosen is left out, although `up` by its name takes it.
  const content = (await read(project.profiles)) ?? (await read(['*'])) ?? null
  return hashOf(Buffer.from(JSON.stringify(content)))
}
