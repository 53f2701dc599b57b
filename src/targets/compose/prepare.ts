import type { Stopped } from '../../rollout/left-stopped.ts'
import type { Definition } from '../../rollout/rollout.ts'
import type { LeftAlone, Preparation, Workload } from '../target.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { agreement } from './agreement.ts'
import type { DefinitionSource } from './definition/found-image.ts'
import { planEdit, type PlannedEdit } from './definition/plan-edit.ts'
import { readProject } from './definition/read-project.ts'
import { requireWritable } from './definition/require-writable.ts'
import { withDownByUs } from './down-by-us.ts'
import { filesOf, hashIfThere } from './files.ts'
import { followersOf, stoppedAmong } from './followers.ts'
import { inputsHash, inputsOf } from './inputs.ts'
import { projectOf } from './project-of.ts'
import { readDefinition, type ReadDefinition } from './read-definition.ts'
import { movedFollower, selfFollower, strangeFollower, stuckFollower, unreadyDependency } from './readiness.ts'
import { findService, type Service } from './services.ts'
import { cutOffAmong, unfitInPart, unfitStopped } from './stopped-service.ts'

/**
 * Whether a rollout of a service may begin: its files and environment say what runs, and changing its image changes
 * nothing else. Nothing is touched before.
 *
 * @param image reference under which the new version is to run
 * @param leaves what becomes of it where it does not run, or not in whole; null where it does
 * @throws COMPOSE_*
 */
export async function prepare(
  deps: ComposeDeps,
  workload: Workload,
  image: string,
  signal: AbortSignal,
  leaves: Stopped = null,
): Promise<Preparation> {
  const all = await withDownByUs(deps, (await findService(deps, workload.name, signal)).all)
  const service = all.find((each) => `${each.project}/${each.service}` === workload.name) ?? null
  if (service === null) return held({ code: 'GONE', sentence: 'no container of it is left' })
  const followers = followersOf(service, all)
  const following = all.filter((each) => followers.includes(each.service))
  const stopped = stoppedAmong(followers, all)
  const running = followers.filter((each) => !stopped.includes(each))
  const cutOff = cutOffAmong(service, running, all)
  const strange = await strangeFollower(deps, [service, ...following], signal)
  const unready =
    selfFollower(deps, following) ??
    (leaves === null
      ? unreadyDependency(service, all)
      : await unfitStopped(deps, service, leaves, { all, cutOff }, signal)) ??
    strange.unfit ??
    (await stuckFollower(deps, following, signal)) ??
    (await movedFollower(deps, following, signal))
  if (unready !== null) return held(unready)

  const project = projectOf(service.members[0].compose, deps.configured)
  const services = [service.service, ...followers]
  // Before Compose is let near the files: what they name may lie elsewhere.
  const definition = await readDefinition(deps, project, service.service)
  const unknown = notUnderstood(definition, deps)
  if (unknown !== null) return held({ code: 'IMAGE_NOT_EDITABLE', sentence: unknown })
  const part = leaves === null ? null : unfitInPart(definition, service, running)
  if (part !== null) return held(part)
  const now = { project, definition, services }
  const inputs = await inputsOf(deps, now)
  const drifted = await agreement(deps, now, inputs, { service, all }, signal)
  if (drifted !== null) return held(withFollow(workload, drifted))

  const { found } = definition
  const edit = image === workload.image ? null : planEdit(found, image)
  if (edit?.kind === 'impossible') return held({ code: 'IMAGE_NOT_EDITABLE', sentence: edit.sentence })
  const planned = edit?.kind === 'edit' ? edit : null
  if (planned !== null) await requireWritable(planned.path)
  const paths = new Set([...filesOf(project), ...pathsOf(definition.source)])
  const files = await Promise.all(
    [...paths].map(async (path) => {
      const before = await hashIfThere(path)
      return { path, before, after: planned?.path === path ? planned.afterHash : before }
    }),
  )
  const change: Pick<Definition, 'files' | 'edit'> = {
    files,
    edit: planned === null ? null : { path: planned.path, line: planned.line, from: workload.image, to: image },
  }
  const then = planned === null ? now : { ...now, definition: withText(definition, planned) }
  const readThen = planned === null ? inputs : await inputsOf(deps, then)
  return {
    kind: 'ready',
    definition: {
      ...change,
      followers,
      ...(stopped.length > 0 && { stopped }),
      ...(cutOff.length > 0 && { cutOff }),
      // Whoever lives in one of its containers knows that by its name, which only making it again in place keeps.
      isDivisible: followers.length + strange.followedBy.length === 0 && !hasAnonymousVolume(service),
      hash: await inputsHash(deps, then, readThen, change, signal),
    },
    ...(strange.followedBy.length > 0 && { followedBy: strange.followedBy }),
  }
}

/** What is made anew with another one of its project has that one's id among its settings: then only a person can tell. */
const withFollow = ({ follows }: Workload, drifted: LeftAlone): LeftAlone =>
  follows == null ? drifted : { ...drifted, sentence: `${follows.sentence}, and ${drifted.sentence}` }

/** Why nobody can tell what the files say; null where we can, or Compose alone reads a part, as it may. */
function notUnderstood({ found, project }: ReadDefinition, { allowRemote }: ComposeDeps): string | null {
  if (found.kind !== 'impossible' || found.value !== null) return null
  // What other machines define, where that is allowed, only Compose itself reads.
  return allowRemote && project.problems.length === 0 ? null : found.sentence
}

/** The project as it will be once its file is edited, which may change what else it names. */
function withText(
  { source }: ReadDefinition,
  { path, newBytes }: PlannedEdit,
): Pick<ReadDefinition, 'source' | 'project'> {
  const contents = new Map(source.contents).set(path, { text: Buffer.from(newBytes).toString() })
  return { source: { ...source, contents }, project: readProject(source.project, contents) }
}

/** Every file that was read, those that others include or extend too. */
const pathsOf = ({ contents }: DefinitionSource): readonly string[] =>
  [...contents].flatMap(([path, content]) =>
    content !== null && 'text' in content && path !== '/dev/null' ? [path] : [],
  )

const held = (reason: LeftAlone): Preparation => ({ kind: 'held', reason })

/** Only where Compose itself recreates a container does the new one get the old one's anonymous volumes. */
const hasAnonymousVolume = ({ members }: Service): boolean =>
  members.some(({ container }) =>
    (container.Mounts ?? []).some(({ Type, Name }) => Type === 'volume' && /^[0-9a-f]{64}$/.test(Name ?? '')),
  )
