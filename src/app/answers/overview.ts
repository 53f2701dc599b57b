import type { AppError } from '../../errors.ts'
import type { Repository } from '../../registries/registry.ts'
import type { Reason } from '../../rollout/facts.ts'
import { placeKey, scanKey } from '../scans/scan-key.ts'

/** How a target answered when it was last looked at. */
export interface TargetStanding {
  readonly name: string
  /** Null when all is well. */
  readonly trouble: Reason | null
}

/** A repository that watched workloads follow, by its scan key, with the tags that they follow. */
interface Followed {
  readonly key: string
  readonly repository: Repository
  readonly tags: readonly string[]
  /** Whether one of them chooses among all tags. */
  readonly isListed: boolean
}

/** Tags of one repository. */
export interface TagsFollowed {
  /** Those that are followed by their names. */
  readonly named: ReadonlySet<string>
  /** Whether any other tag matters too, since it may be chosen. */
  readonly isListed: boolean
}

/** What one loop tells of its target. */
export interface Viewer {
  sees(followed: readonly Followed[]): void
  fails(error: AppError): void
}

/** What the loops of this process last saw, for those who must not look for themselves. */
export interface Overview {
  /**
   * Takes in one more target, not looked at yet. Names may repeat.
   * @param isDeciding whether it has not decided yet on all that is known of a repository, by its scan key
   */
  add(name: string, isDeciding?: (key: string) => boolean): Viewer
  /** Whether every target has been looked at, so that what is not followed is known. */
  readonly isComplete: boolean
  /** Tags that watched workloads follow; null when none follows any of that repository, by any name of its registry. */
  tagsFollowed(repository: Repository): TagsFollowed | null
  /**
   * By which names watched workloads follow a repository: first those under which its tag is followed, where one is given,
   * and of them its own. Its own alone when nobody follows it.
   */
  namesOf(repository: Repository & { readonly tag?: string | null }): readonly [Repository, ...Repository[]]
  /** Whether a look at a repository, or a decision on it, is under way or about to be. */
  isDeciding(repository: Repository): boolean
  targets(): readonly TargetStanding[]
}

interface View {
  readonly name: string
  trouble: Reason | null
  /** By the key of their place; null before the first look. What was seen stays while later looks fail. */
  followed: ReadonlyMap<string, readonly Followed[]> | null
  readonly isDeciding: (key: string) => boolean
}

export function createOverview(): Overview {
  const views: View[] = []
  const followedAt = (repository: Repository): readonly Followed[] => {
    const place = placeKey(repository)
    return views.flatMap(({ followed }) => followed?.get(place) ?? [])
  }
  const namesOf: Overview['namesOf'] = ({ tag = null, ...repository }) => {
    const own = scanKey(repository)
    const rank = ({ key, tags, isListed }: Followed): number =>
      (tag === null || isListed || tags.includes(tag) ? 0 : 2) + (key === own ? 0 : 1)
    const ranked = followedAt(repository).toSorted((one, other) => rank(one) - rank(other))
    const [first = repository, ...rest] = new Map(ranked.map((each) => [each.key, each.repository])).values()
    return [first, ...rest]
  }
  return {
    add(name, isDeciding = () => false) {
      const trouble = { code: 'NOT_SEEN', sentence: 'it has not been looked at yet' }
      const view: View = { name, trouble, followed: null, isDeciding }
      views.push(view)
      return {
        sees(followed) {
          view.trouble = null
          const kept = followed.map(({ key, repository, tags, isListed }) => ({ key, repository, tags, isListed }))
          view.followed = Map.groupBy(kept, (each) => placeKey(each.repository))
        },
        fails: ({ code, message }) => void (view.trouble = { code, sentence: message }),
      }
    },
    get isComplete() {
      return views.length > 0 && views.every(({ followed }) => followed !== null)
    },
    tagsFollowed(repository) {
      const followed = followedAt(repository)
      const named = new Set(followed.flatMap(({ tags }) => tags))
      const isListed = followed.some((each) => each.isListed)
      return named.size > 0 || isListed ? { named, isListed } : null
    },
    namesOf,
    isDeciding: (repository) =>
      namesOf(repository).some((name) => views.some((view) => view.isDeciding(scanKey(name)))),
    targets: () => views.map(({ name, trouble }) => ({ name, trouble })),
  }
}
