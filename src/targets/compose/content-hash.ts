import type { ComposeProject } from '../../clients/compose/project.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { hashOf } from './definition/hash.ts'

/** Hash of what Compose makes of services, for projects that we cannot read ourselves. */
export async function contentHash(
  { compose }: Pick<ComposeDeps, 'compose'>,
  project: ComposeProject,
  services: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  // Services whose profile is not chosen are left out, although `up` by their name takes them.
  const { raw } = await compose.readConfig({ ...project, profiles: ['*'] }, signal)
  const all = raw['services']
  const content = services.map((each) =>
    typeof all === 'object' && all !== null ? (Reflect.get(all, each) ?? null) : null,
  )
  return hashOf(Buffer.from(JSON.stringify([content, raw['secrets'] ?? null, raw['configs'] ?? null])))
}
