import type { Digest } from '../../image/digest.ts'
import { isArtefact } from '../../image/artefact-tags.ts'
import type { EventEnd, PendingEvent, Time } from '../../store/store.ts'
import { keptDescription } from '../scans/kept-description.ts'
import type { TagsFollowed } from '../answers/overview.ts'
import type { App } from '../app.ts'
import type { Waiting } from './event-schedule.ts'

interface FindingDeps {
  readonly store: Pick<App['store'], 'tagObservation' | 'listedTags' | 'imageDescription'>
  readonly overview: Pick<App['overview'], 'isComplete' | 'tagsFollowed' | 'namesOf' | 'isDeciding'>
}

/** Whether the tag of an event is one that is followed. A signature beside an image never is. */
export const isAbout = ({ tag }: PendingEvent, { named, isListed }: TagsFollowed): boolean =>
  tag !== null && !isArtefact(tag) && (isListed || named.has(tag))

/** What the looks for an event found. */
export type Finding = Pick<EventEnd, 'fate' | 'found' | 'reason'>

/** The end of an event for which nobody had to look. */
export const unlooked = (fate: 'unfollowed' | 'replaced') =>
  ({ fate, lookedAt: null, looks: 0, found: null, reason: null }) satisfies Partial<EventEnd>

/** What the latest look left. */
interface Look extends Omit<Finding, 'fate'> {
  /** Since when the tag names it. */
  readonly firstSeenAt: Time | null
}

/** Tells what the state says by now of what events told. */
export interface Findings {
  /** What its tag names by the last look; null when that failed or there was none. */
  digestNow(event: PendingEvent): Promise<Digest | null>
  /** What was found; `deciding` while the choice that tells is being made, null while it has to be looked again. */
  settled(waiting: Waiting): Promise<Finding | 'deciding' | null>
  /** What was found so far, for an event that is looked for no more. */
  given(waiting: Waiting): Promise<Finding>
  /** Something new that its tag names by now, for an event that another one takes the place of; null when nothing is. */
  foundNew(waiting: Waiting): Promise<Digest | null>
}

export function createFindings({ store, overview }: FindingDeps): Findings {
  const look = async (event: PendingEvent): Promise<Look> => {
    const { tag } = event
    const [{ registry, repository }] = overview.namesOf(event)
    const seen = tag === null ? null : await store.tagObservation(registry, repository, tag)
    if (!seen?.failure) return { found: seen?.digest ?? null, reason: null, firstSeenAt: seen?.firstSeenAt ?? null }
    return { found: null, reason: { code: seen.failure.code, sentence: seen.failure.sentence }, firstSeenAt: null }
  }

  /**
   * Of a tag that is in the list by now and that nobody looks up: what it names made no difference to any choice. Its
   * look begins only once the list is kept, so the steps are asked for in their order; null of any other tag.
   */
  const ofListed = async (event: PendingEvent, tag: string): Promise<Finding | 'deciding' | null> => {
    const [{ registry, repository }] = overview.namesOf(event)
    const listed = await store.listedTags(registry, repository)
    if (!listed.some((each) => each.tag === tag && each.goneSince === null)) return null
    const isDeciding = overview.isDeciding({ registry, repository })
    if ((await store.tagObservation(registry, repository, tag)) !== null) return null
    return isDeciding ? 'deciding' : unchosen
  }

  /** Some senders tell of the image of each platform, where the tag names the index that has them all. */
  const isNamed = async (event: PendingEvent, wanted: Digest, found: Digest): Promise<boolean> => {
    if (wanted === found) return true
    const kept = await keptDescription(store, overview.namesOf(event)[0], found)
    return kept?.images.some(({ manifest }) => manifest === wanted) === true
  }

  const settled = async (waiting: Waiting): Promise<Finding | 'deciding' | null> => {
    const { event, looks, beforeOwn } = waiting
    const followed = overview.isComplete ? overview.tagsFollowed(event) : 'not known'
    if (followed === null) return unfollowed
    if (looks === 0) return null
    if (event.tag === null) return aboutNone
    if (followed !== 'not known') {
      if (!isAbout(event, followed)) return aboutNone
      const chosen = followed.named.has(event.tag) ? null : await ofListed(event, event.tag)
      if (chosen !== null) return chosen
    }
    const now = await look(event)
    if (now.found === null) return null
    const isShown =
      event.digest === null ? now.found !== (await beforeOwn) : await isNamed(event, event.digest, now.found)
    return isShown ? told(now, waiting) : null
  }

  const given = async (waiting: Waiting): Promise<Finding> => {
    const { digest, tag } = waiting.event
    const now = await look(waiting.event)
    const { found, reason } = now
    if (reason !== null) return { fate: 'failed', found, reason }
    if (found === null && tag !== null && (await ofListed(waiting.event, tag)) !== null) return unchosen
    const isShown = found !== null && (digest === null || (await isNamed(waiting.event, digest, found)))
    return isShown ? told(now, waiting) : { fate: 'unseen', found, reason }
  }

  const foundNew = async (waiting: Waiting): Promise<Digest | null> => {
    const now = await look(waiting.event)
    return now.found !== null && (await isNew(now, waiting)) ? now.found : null
  }

  return { digestNow: async (event) => (await look(event)).found, settled, given, foundNew }
}

const nothing = { found: null, reason: null }
const aboutNone: Finding = { fate: 'looked', ...nothing }
const unfollowed: Finding = { fate: 'unfollowed', ...nothing }
const unchosen: Finding = { fate: 'unchosen', ...nothing }

async function told(look: Look, waiting: Waiting): Promise<Finding> {
  const { found, reason } = look
  return { fate: (await isNew(look, waiting)) ? 'changed' : 'unchanged', found, reason }
}

/** Another look than ours may have found it, or one before this process began. */
const isNew = async ({ found, firstSeenAt }: Look, { event, before }: Waiting): Promise<boolean> =>
  found !== (await before) || (firstSeenAt !== null && firstSeenAt >= event.receivedAt)
