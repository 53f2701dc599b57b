import type { Definition } from '../../rollout/rollout.ts'
import type { LeftAlone, Preparation, Workload } from '../target.ts'
import type { ComposeDeps } from './compose-deps.ts'
import type { FoundImage } from './definition/found-image.ts'
import { planEdit } from './definition/plan-edit.ts'
import { requireWritable } from './definition/require-writable.ts'
import { contentHash } from './content-hash.ts'
import { drift } from './drift.ts'
import { filesOf, hashIfThere } from './files.ts'
import { followersOf } from './followers.ts'
import { projectOf } from './project-of.ts'
import { readDefinition } from './read-definition.ts'
import { movedFollower, selfFollower, strangeFollower, unreadyDependency } from './readiness.ts'
import { findService, type Service } from './services.ts'

/**
 * Whether a rollout of a service may begin: its files and environment say what runs, and changing its image changes
 * nothing else. Nothing is touched before.
 *
 * @param image reference under which the new version is to run
 * @throws COMPOSE_*
 */
export async function prepare(
  deps: ComposeDeps,
  workload: Workload,
  image: string,
  signal: AbortSignal,
): Promise<Preparation> {
  const { service, all } = await findService(deps, workload.name, signal)
  if (service === null) return held({ code: 'GONE', sentence: 'no container of it is left' })
  const followers = followersOf(service, all)
  const following = all.filter((each) => followers.includes(each.service))
  const unready =
    selfFollower(deps, following) ??
    unreadyDependency(service, all) ??
    (await strangeFollower(deps, service, signal)) ??
    (await movedFollower(deps, following, signal))
  if (unready !== null) return held(unready)

  const project = projectOf(service.members[0].compose, deps.configured)
  // Before Compose is let near the files: what they include may lie elsewhere.
  const found = await readDefinition(deps, project, service.service)
  // What other machines define, where that is allowed, only Compose itself reads.
  if (found.kind === 'impossible' && found.value === null && !deps.allowRemote) {
    return held({ code: 'IMAGE_NOT_EDITABLE', sentence: found.sentence })
  }
  const [drifted, content] = await Promise.all([
    drift(deps, project, service, signal),
    contentHash(deps, project, service.service, signal),
  ])
  if (drifted !== null) return held(drifted)

  const edit = image === workload.image ? null : planEdit(found, image)
  if (edit?.kind === 'impossible') return held({ code: 'IMAGE_NOT_EDITABLE', sentence: edit.sentence })
  if (edit?.kind === 'edit') await requireWritable(edit.path)
  const paths = new Set([...filesOf(project), ...pathsOf(found)])
  const files = await Promise.all(
    [...paths].map(async (path) => {
      const before = await hashIfThere(path)
      return { path, before, after: edit?.kind === 'edit' && edit.path === path ? edit.afterHash : before }
    }),
  )
  const definition: Definition = {
    files,
    edit: edit?.kind === 'edit' ? { path: edit.path, line: edit.line, from: workload.image, to: image } : null,
    followers,
    isDivisible: followers.length === 0 && !hasAnonymousVolume(service),
    hash: edit?.kind === 'edit' ? null : content,
  }
  return { kind: 'ready', definition }
}

const held = (reason: LeftAlone): Preparation => ({ kind: 'held', reason })

/** Every file that was read to find the image, those that others include too. */
function pathsOf(found: FoundImage): readonly string[] {
  if (found.kind === 'impossible') return []
  return [...found.source.contents].flatMap(([path, content]) =>
    content !== null && 'text' in content && path !== '/dev/null' ? [path] : [],
  )
}

/** Only where Compose itself recreates a container does the new one get the old one's anonymous volumes. */
const hasAnonymousVolume = ({ members }: Service): boolean =>
  members.some(({ container }) =>
    (container.Mounts ?? []).some(({ Type, Name }) => Type === 'volume' && /^[0-9a-f]{64}$/.test(Name ?? '')),
  )
