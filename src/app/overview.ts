import type { AppError } from '../errors.ts'
import type { Repository } from '../registries/registry.ts'
import type { Reason } from '../rollout/facts.ts'
import { scanKey } from './scan-key.ts'

/** How a target answered when it was last looked at. */
export interface TargetStanding {
  readonly name: string
  /** Null when all is well. */
  readonly trouble: Reason | null
}

/** A repository that watched workloads follow, by its scan key, with the tags that they follow. */
interface Followed {
  readonly key: string
  readonly tags: readonly string[]
}

/** What one loop tells of its target. */
export interface Viewer {
  sees(followed: readonly Followed[]): void
  fails(error: AppError): void
}

/** What the loops of this process last saw, for those who must not look for themselves. */
export interface Overview {
  /** Takes in one more target, not looked at yet. Names may repeat. */
  add(name: string): Viewer
  /** Whether every target has been looked at, so that what is not followed is known. */
  readonly isComplete: boolean
  /** Tags that watched workloads follow; null when none follows any of that repository. */
  tagsFollowed(repository: Repository): ReadonlySet<string> | null
  targets(): readonly TargetStanding[]
}

interface View {
  readonly name: string
  trouble: Reason | null
  /** By scan key; null before the first look. What was seen stays while later looks fail. */
  tags: ReadonlyMap<string, readonly string[]> | null
}

export function createOverview(): Overview {
  const views: View[] = []
  return {
    add(name) {
      const view: View = { name, trouble: { code: 'NOT_SEEN', sentence: 'it has not been looked at yet' }, tags: null }
      views.push(view)
      return {
        sees(followed) {
          view.trouble = null
          view.tags = new Map(followed.map(({ key, tags }) => [key, tags]))
        },
        fails: ({ code, message }) => void (view.trouble = { code, sentence: message }),
      }
    },
    get isComplete() {
      return views.length > 0 && views.every(({ tags }) => tags !== null)
    },
    tagsFollowed(repository) {
      const key = scanKey(repository)
      const tags = views.flatMap((view) => view.tags?.get(key) ?? [])
      return tags.length > 0 ? new Set(tags) : null
    },
    targets: () => views.map(({ name, trouble }) => ({ name, trouble })),
  }
}
