import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComposeService } from '../../clients/compose/config-schema.ts'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import type { Tie } from '../../rollout/dependant.ts'
import { dependencies, endsWithRun, isEngineId, type Dependency } from '../engine/dependants.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { serviceOf } from './service-of.ts'
import type { Service } from './services.ts'

type Hashing = Pick<ComposeDeps, 'compose' | 'engine' | 'inspections' | 'clock' | 'spareFolder'>

/**
 * Hash of a service by its files, as Compose had it when it made the container: with the ids of the containers that it
 * lives in, where the files still name their services, and with the dependencies that Compose adds for those. Where they
 * are gone, only this tells an edit from their end (2.26.1).
 *
 * @returns null where it lives in no container, the files say something else by now, or Compose cannot be asked that way
 */
export async function hashAsMade(
  deps: Hashing,
  project: ComposeProject,
  service: Service,
  signal: AbortSignal,
): Promise<string | null> {
  if (livedIn(service).length === 0) return null
  const { compose, spareFolder } = deps
  const path = join(spareFolder, `as-made-${randomUUID()}.json`)
  try {
    const written = (await compose.readConfig(project, signal)).services.get(service.service)
    const more = written === undefined ? null : await asMade(deps, service, written, signal)
    if (more === null) return null
    await mkdir(spareFolder, { recursive: true, mode: 0o700 })
    await writeFile(path, JSON.stringify({ services: { [service.service]: more } }), { mode: 0o600, flag: 'wx' })
    return await compose.configHash({ ...project, files: [...project.files, path] }, service.service, signal)
  } catch (error) {
    if (signal.aborted || (error instanceof AppError && !error.code.startsWith('COMPOSE_'))) throw error
    return null
  } finally {
    await rm(path, { force: true }).catch(() => undefined)
  }
}

const livedIn = ({ members: [{ container }] }: Service): readonly Dependency[] =>
  dependencies(container).filter(({ on, by }) => endsWithRun(by) && isEngineId(on))

/**
 * What is written over the files, which as JSON is YAML too. Whatever it has hides what the files say there, so it has
 * nothing but what they mean already; all else they say themselves.
 */
async function asMade(
  deps: Hashing,
  service: Service,
  written: ComposeService,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | null> {
  const modes = new Map<string, string>()
  const after = new Map<string, unknown>()
  for (const { on, by } of livedIn(service)) {
    const [key, mode] = modeOf(by, written)
    if (!mode?.startsWith('service:')) continue
    const named = mode.slice('service:'.length)
    if ((await serviceOf(deps, service.project, on, signal)) !== named) return null
    modes.set(key, `container:${on}`)
    // As the files have it now. One that was brought up with `--no-deps` was made without it.
    const wasAfter = service.members[0].compose.dependencies.some((each) => each.service === named)
    if (wasAfter && written.dependsOn[named] !== undefined) after.set(named, written.dependsOn[named])
  }
  if (modes.size === 0) return null
  return { ...Object.fromEntries(modes), ...(after.size > 0 && { depends_on: Object.fromEntries(after) }) }
}

/** The key of a file that says in whose namespace a service lives, and what it says. */
function modeOf(by: Tie, { networkMode, pidMode, ipcMode }: ComposeService): readonly [string, string | null] {
  if (by === 'network') return ['network_mode', networkMode]
  return by === 'processes' ? ['pid', pidMode] : ['ipc', ipcMode]
}
