import { isMeantBy, type Digest } from '../../image/digest.ts'
import { parseReference, tagOf } from '../../image/reference.ts'
import type { Rollout } from '../../rollout/rollout.ts'

/** Rollouts of a workload that are looked back on. */
export const rolloutsMax = 50

/** A version that a workload ran, and can go back to. */
export interface Revision {
  readonly digest: Digest
  /** Tag that the workload named while it ran. */
  readonly tag: string
}

/** Rollouts that were about an image: what only follows a container that it uses keeps its own. */
export const withoutFollows = (rollouts: readonly Rollout[]): readonly Rollout[] =>
  rollouts.filter(({ follows }) => follows === null)

/** Whether a workload ran a digest, by the rollouts that took it there or away from it. */
export const hasRun = (rollouts: readonly Rollout[], digest: Digest): boolean =>
  withoutFollows(rollouts).some(
    (each) => each.fromDigest === digest || (each.outcome === 'succeeded' && each.digest === digest),
  )

/**
 * Everything that a workload ran, the latest first, each digest once: where it ran twice, as it ran last.
 * @param rollouts of one workload, newest first
 */
export function revisionsOf(rollouts: readonly Rollout[]): readonly Revision[] {
  const seen = new Set<Digest>()
  return rollouts.flatMap(ranBy).filter(({ digest }) => !seen.has(digest) && seen.add(digest))
}

/**
 * The revision before what runs. Going back takes away what was left, so that going back twice ends one further back
 * and never where it began; what is before it then counts from there.
 * @param running what runs now
 */
export function revisionBefore(rollouts: readonly Rollout[], running: Digest | null): Revision | null {
  let path: readonly Revision[] = []
  for (const each of rollouts.flatMap(ranBy).toReversed()) path = along(path, each)
  const at = path.findIndex((each) => each.digest === running)
  const before = at === -1 ? path : path.slice(0, at)
  return before.at(-1) ?? null
}

function along(path: readonly Revision[], next: Revision): readonly Revision[] {
  const at = path.findIndex((each) => each.digest === next.digest)
  return [...(at === -1 ? path : path.slice(0, at)), next]
}

/**
 * The revisions that a person may mean by a text: those under that tag or, failing that, those of that digest or the
 * beginning of its hex.
 */
export function revisionsNamed(revisions: readonly Revision[], text: string): readonly Revision[] {
  const tagged = revisions.find(({ tag }) => tag === text)
  if (tagged !== undefined) return [tagged]
  return revisions.filter(({ digest }) => isMeantBy(digest, text))
}

/** What a rollout tells of, the latest first. */
function ranBy({ outcome, digest, tag, fromDigest, fromReference, follows }: Rollout): readonly Revision[] {
  if (follows !== null) return []
  const to = outcome === 'succeeded' ? [{ digest, tag }] : []
  return fromDigest === null ? to : [...to, { digest: fromDigest, tag: tagNamed(fromReference) ?? tag }]
}

function tagNamed(reference: string): string | null {
  try {
    return tagOf(parseReference(reference))
  } catch {
    return null
  }
}
