import { AppError } from '../../errors.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Way } from '../../rollout/along.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { isOf } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { writeDown } from '../rollouts/draft-rollout.ts'
import { unstopped } from '../rollouts/parking.ts'
import { recordStep } from '../rollouts/record-step.ts'
import { removeKept } from '../rollouts/remove-kept.ts'
import { nextPart } from './next-part.ts'
import { partHeld, partVerdict, withFollowed } from './part-verdict.ts'
import { lastOfEach, partsOf } from './parts-of.ts'

/**
 * Has everything follow that lives in what a rollout made again and could not be made before: one after the other, each
 * by a rollout of its own with its own journal. Asked again after any crash, it goes on with what is left by then.
 *
 * @param drive drives one of them to its rest
 * @param stop asks to park once nothing is cut off any more: what runs can prove itself later
 * @returns the rollout once all have followed, or turned round by the first that fails; null to park it
 * @throws TARGET_* when nobody can tell what is left
 */
export async function bringAlong(
  app: App,
  rollout: Rollout,
  way: Way,
  drive: (part: Rollout, stop: AbortSignal) => Promise<Rollout>,
  stop: AbortSignal,
): Promise<Rollout | null> {
  const roundsMax = 6 * ((rollout.followedBy ?? []).length + 1)
  /** Ids of the workloads that run, and whose gate is left for later. */
  const left = new Set<string>()
  for (let rounds = 0; rounds < roundsMax; rounds += 1) {
    const part = await partUnderWay(app, rollout, left)
    if (part !== null && !app.targets.some((each) => isOf(each, part.workload))) {
      await giveUpPart(app, part)
      continue
    }
    if (part !== null) {
      const rested = await drive(part, stop)
      if (isAtRest(rested)) continue
      if (!stop.aborted) return null
      left.add(part.workload)
      continue
    }
    // Read back, since we may have been killed between the end of a part and what came of it.
    const parts = (await partsOf(app.store, rollout)).filter(isAtRest)
    const turned = lastOfEach(parts).map((each) => partVerdict(rollout, each, way, app.clock.now()))
    const verdict = turned.find((each) => each !== null)
    if (verdict !== undefined) return verdict
    const next = await nextPart(app, rollout, way, parts, AbortSignal.timeout(lookMaxMs))
    if (next.kind === 'none') return left.size > 0 ? null : withFollowed(rollout, way, parts, next.waiting)
    if (next.kind === 'held') return partHeld(rollout, next.name, next.reason, way, app.clock.now())
    const { target, draft, because } = next
    if (left.has(draft.workload)) return null
    if (draft.follows?.how !== 'restart') await removeKept(app, draft.workload, (kept) => drive(kept, unstopped))
    await writeDown(app, target, draft, { wave: null, because, override: null })
  }
  throw new AppError('TARGET_FAILED', `what follows ${rollout.name} does not come to rest`)
}

/** What lives in the set must not stay cut off for a look that hangs. */
const lookMaxMs = 60_000

const isAtRest = ({ stage }: Rollout): boolean => stage === 'ended' || stage === 'kept'

/** Nobody can go on with it: its kind was taken out of the configuration since it began. */
async function giveUpPart(app: App, part: Rollout): Promise<void> {
  const reason = { code: 'NO_TARGET', sentence: 'no target of the configuration has it any more' }
  const ended: Rollout = { ...part, stage: 'ended', outcome: 'needs-human', reason, endedAt: isoTime(app.clock) }
  await recordStep(app, part, ended, part.step, null)
}

async function partUnderWay(
  { store }: Pick<App, 'store'>,
  { id }: Rollout,
  left: ReadonlySet<string>,
): Promise<Rollout | null> {
  const open = await store.openRollouts()
  return (
    open.find(({ partOf, stage, workload }) => partOf?.rollout === id && stage !== 'kept' && !left.has(workload)) ??
    null
  )
}
