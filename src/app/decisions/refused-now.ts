import { parseReference } from '../../image/reference.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { App } from '../app.ts'
import { brakeOf, failuresOn } from '../brake/brake.ts'
import { targetDefaults } from '../groups/group-settings.ts'
import { readGroup } from '../groups/read-group.ts'
import type { GroupStanding } from '../groups/wave.ts'
import type { Held, StandingGuard } from './guards/guard.ts'
import { quarantine } from './guards/past-guards.ts'
import { braked, groupStopped } from './guards/target-guards.ts'
import { everythingHeld, paused } from './guards/word-guards.ts'
import { lastWordAt } from './last-word-at.ts'

/** For the way back of a group, which begins because of a failure. */
const guardsBack: readonly StandingGuard[] = [everythingHeld, quarantine, paused]
const guardsForward: readonly StandingGuard[] = [...guardsBack, braked, groupStopped]

/** Why a rollout that has begun would not begin now, by what the state alone tells; null where it would. */
export async function refusedNow(
  app: Pick<App, 'store' | 'limits' | 'groups' | 'clock'>,
  rollout: Rollout,
): Promise<Held | null> {
  const { store, limits, clock } = app
  const { workload: id, target: name, digest } = rollout
  const { group: groupName = null } = (await store.workload(id)) ?? {}
  const group = await readGroup(app, groupName, id)
  const hasBrake = (limits.get(name) ?? targetDefaults).brake
  const standing = {
    workload: { id },
    reference: parseReference(rollout.fromReference),
    policy: { spec: { text: rollout.policy } },
    quarantines: await store.quarantine(id),
    hold: await store.hold(),
    override: await store.override(id),
    pauses: await store.pauses(),
    lastWordAt: await lastWordAt(store, id),
    group: group && { ...group, stop: stopSince(group, rollout) },
    target: { brake: hasBrake ? brakeOf(failuresOn(await store.gateFailures(), name)) : null },
    now: clock.now(),
  }
  const guards = group?.takeBack?.to === digest ? guardsBack : guardsForward
  return guards.reduce<Held | null>((found, guard) => found ?? guard(standing, digest), null)
}

/** One that had failed itself is tried again although another has failed; only what fails from then on stops it. */
const stopSince = ({ stop }: GroupStanding, { createdAt }: Rollout): GroupStanding['stop'] =>
  stop?.at != null && Date.parse(stop.at) < Date.parse(createdAt) ? null : stop
