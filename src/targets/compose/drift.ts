import { stat } from 'node:fs/promises'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import { nameOf } from '../engine/dependants.ts'
import type { LeftAlone } from '../target.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { filesOf } from './files.ts'
import { hashAsMade } from './hash-as-made.ts'
import { isUp } from './left-alone.ts'
import type { Member, Service } from './services.ts'

/**
 * Why `up` would change more than the image: the files or the environment say something else than what runs.
 * Null when they agree.
 */
export async function drift(
  deps: Pick<ComposeDeps, 'compose' | 'engine' | 'inspections' | 'clock' | 'spareFolder'>,
  project: ComposeProject,
  service: Service,
  signal: AbortSignal,
): Promise<LeftAlone | null> {
  const isHash = (hash: string | null) => service.members.every((each) => each.compose.configHash === hash)
  if (isHash(await hashNow(deps, project, service.service, signal))) return null
  if (isHash(await hashAsMade(deps, project, service, signal))) return null
  if (await isUntouchedByUp(deps, project, service, signal)) return null
  return { code: 'COMPOSE_DRIFT', sentence: await whatDiffers(deps, project, service, signal) }
}

/**
 * No label tells under which profiles a service was brought up, and of one whose profile is not chosen there is no hash;
 * unlike `up`, naming it does not choose them.
 */
async function hashNow(
  { compose }: Pick<ComposeDeps, 'compose'>,
  project: ComposeProject,
  service: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await compose.configHash(project, service, signal)
  } catch (error) {
    const isInvalid = error instanceof AppError && error.code === 'COMPOSE_FILE_INVALID'
    if (!isInvalid || project.profiles.length > 0) throw error
    return compose.configHash({ ...project, profiles: ['*'] }, service, signal).catch(() => {
      throw error
    })
  }
}

/**
 * The hash of a service that lives in another's container has that container's id in it, and one that was brought up
 * with `--no-deps` has no dependencies in it: there only Compose itself can tell, asked without the dependencies for the
 * one and with them for the other (2.26.1). What it says nothing of is not taken for untouched; one that does not run it
 * would start as it is.
 */
async function isUntouchedByUp(
  { compose }: Pick<ComposeDeps, 'compose'>,
  project: ComposeProject,
  { service, members }: Service,
  signal: AbortSignal,
): Promise<boolean> {
  const scale = { [service]: members.length }
  for (const noDeps of [true, false]) {
    const { steps } = await compose.dryRunUp(project, [service], { scale, noDeps }, signal)
    const isLeft = ({ container }: Member): boolean => {
      const step = steps.find(({ kind, name }) => kind === 'container' && name === nameOf(container))
      return step?.action === 'untouched' || (step?.action === 'start' && !isUp(container))
    }
    if (members.every(isLeft)) return true
  }
  return false
}

async function whatDiffers(
  { compose }: Pick<ComposeDeps, 'compose'>,
  project: ComposeProject,
  { service, members: [first] }: Service,
  signal: AbortSignal,
): Promise<string> {
  const put = `run: docker compose up -d ${service}`
  const { unsetVariables } = await compose.readConfig(project, signal)
  if (unsetVariables.length > 0) {
    return `the environment differs from the one it was brought up with: ${unsetVariables.join(', ')} is not set; put it into an env file, then ${put}`
  }
  const edited = await editedSince(project, Date.parse(first.container.Created))
  if (edited.length > 0) return `${edited.join(' and ')} was edited since it was brought up; ${put}`
  const { version } = await compose.find()
  if (first.compose.version !== version) {
    return `it was brought up by Docker Compose ${first.compose.version} and this is ${version}, which reads its files differently; see that you and longshore have one version, then ${put}`
  }
  return `its files or its environment differ from what runs; ${put}`
}

async function editedSince(project: ComposeProject, created: number): Promise<readonly string[]> {
  const times = await Promise.all(
    filesOf(project).map(async (path) => ({ path, at: (await stat(path).catch(() => null))?.mtimeMs ?? 0 })),
  )
  return times.filter(({ at }) => at > created).map(({ path }) => path)
}
