import { isoTime } from '../../lib/clock.ts'
import type { HistoryKind, Override } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { Answer, By } from './control.ts'
import { ownTag, replacedBy, tellImage } from './override.ts'
import type { Subject } from '../workloads/subject.ts'
import { because } from './words.ts'

/** What a person asks for, beside who and when. */
type Wish = Pick<Override, 'kind' | 'tag' | 'digest'>

/** Who says what about which workload. */
interface Saying {
  readonly subject: Subject
  readonly by: By
  readonly kind: Extract<HistoryKind, 'pin' | 'unpin' | 'deploy' | 'rollback'>
  readonly wish: Wish
  /** The digest that the person named or meant, whose quarantine their word lifts; null for none. */
  readonly lifts?: Override['digest']
  /** For the history, in place of what is asked for. */
  readonly sentence?: string
}

/**
 * Keeps a person's word on what a workload should run, with the history, and has it decided at once. What was seen
 * running is accepted: whoever says what should run instead knows that something else does.
 */
export async function setOverride(app: App, { subject, by, kind, wish, lifts, sentence }: Saying): Promise<void> {
  const { id, seenImage, digest, reference } = subject
  const since = isoTime(app.clock)
  const tagBefore = ownTag(subject.override, reference)
  const { actor, reason } = by
  await app.store.setOverride(
    { ...wish, workload: id, tagBefore, actor, reason, since, insteadOf: replacedBy(wish.kind, subject.override) },
    {
      history: {
        at: since,
        actor,
        workload: id,
        rollout: null,
        kind,
        reason: { code: codes[kind], sentence: `${sentence ?? `${done[kind]} ${tellImage(wish)}`}${because(reason)}` },
        fromDigest: digest,
        toDigest: wish.digest ?? lifts ?? null,
      },
      ...(lifts && { liftsQuarantine: lifts }),
      ...(seenImage !== null && kind !== 'unpin' && { baselineImage: seenImage }),
    },
  )
  app.nudges.send({ kind: 'decide', workload: id })
}

const codes = { pin: 'PINNED', unpin: 'UNPINNED', deploy: 'DEPLOY_ASKED', rollback: 'ROLLBACK_ASKED' } as const
const done = { pin: 'pinned to', unpin: 'unpinned, back to', deploy: 'asked for', rollback: 'to go back to' } as const

/** An answer about what was set, with what still stands in the way of it. */
export async function answerOverride(app: App, { id }: Subject, sentence: string): Promise<Answer> {
  const hold = await app.store.hold()
  const still = hold === null ? '' : `; everything is still held, until \`longshore resume\`: ${hold.reason.sentence}`
  return { sentence: `${sentence}${still}`, workload: id }
}
