import { expect } from 'vitest'
import { policyRestarts } from '../../src/rollout/restart-policy.ts'
import type { Order, Outcome, Rollout } from '../../src/rollout/rollout.ts'
import { isUp } from './compose-instance.ts'
import { before, oldImage, oldReference, type Behaviour, type Edit } from './compose-target.ts'
import { composeWorkload, type ComposeCase, type ComposeWorld } from './compose-world.ts'

export const orders: readonly Order[] = ['stop-first', 'start-first']
export const edits: readonly Edit[] = ['none', 'tag', 'retag']
export const behaviours: readonly Behaviour[] = [
  'healthy',
  'no-check',
  'unhealthy',
  'exits',
  'crash-loops',
  'completes',
  'cannot-start',
  'port-taken',
  'pull-fails',
  'follower-dies',
]

/** How a rollout ends that nobody disturbs. */
export function outcomeOf(given: ComposeCase): Outcome {
  const { behaviour, edit, hasFollower, restart = 'unless-stopped', stopped, ran } = given
  // Nothing about it shows unless it is started.
  if (stopped === 'update' && behaviour !== 'pull-fails') return 'succeeded'
  switch (behaviour) {
    case 'healthy':
    case 'no-check':
      return 'succeeded'
    case 'follower-dies':
      return hasFollower && ran !== 0 ? 'rolled-back' : 'succeeded'
    case 'completes':
      return policyRestarts(restart, 0) ? 'rolled-back' : 'succeeded'
    case 'pull-fails':
      return edit === 'retag' ? 'succeeded' : 'failed'
    case 'port-taken':
      return 'failed'
    default:
      return 'rolled-back'
  }
}

/** All instances of the service. */
export const all = ({ service }: ComposeWorld) => [...service.engine.instances.values()]

/** Everything that has to be so when a rollout is at rest and no person has touched anything. */
export async function expectAtRest(
  world: ComposeWorld,
  given: ComposeCase,
  rollout: Rollout,
  label: string,
): Promise<void> {
  const { service, store, counts } = world
  const { engine } = service
  const isNew = rollout.outcome === 'succeeded'
  expect(rollout.stage, label).toBe('ended')
  expect(all(world), label).toHaveLength(given.scale)
  expect(isNew ? service.olds() : service.news(), label).toEqual([])
  for (const each of all(world)) {
    expect(each.name, label).toMatch(/^web-\d+$/)
    if (given.stopped === 'update') expect(isUp(each), label).toBe(false)
    else if (isNew && given.behaviour !== 'completes') expect(each.status, label).toBe('running')
  }
  if (!isNew)
    expect(
      all(world).filter(({ status }) => status === 'running'),
      label,
    ).toHaveLength(ranOf(given))
  expect(engine.file, label).toBe(isNew ? service.after : before)
  if (isNew || given.edit === 'none') {
    expect(engine.tags.get(service.image), label).toBe(isNew ? service.toImage : oldImage)
  } else expect(engine.tags.has(service.image), label).toBe(false)
  if (given.edit !== 'none') expect(engine.tags.get(oldReference), label).toBe(oldImage)
  const follower = engine.follower()
  if (follower !== null) {
    expect(engine.instances.has(follower.livesIn), label).toBe(true)
    expect(isUp(follower.instance), label).toBe(ranOf(given) > 0)
  }
  const isUnfit = rollout.outcome === 'rolled-back' || rollout.outcome === 'needs-human'
  expect(await store.quarantine(composeWorkload), label).toHaveLength(isUnfit ? 1 : 0)
  expect(counts.most, label).toBeLessThanOrEqual(given.scale + (given.order === 'start-first' ? 1 : 0))
  expect(service.applied.length, label).toBeLessThan(20 + 6 * given.scale)
}

/** Instances that run at first. */
const ranOf = ({ scale, ran = scale }: ComposeCase): number => ran

/** The same for services that do not run, or not in whole. */
export function* stoppedCases(): Generator<ComposeCase> {
  for (const each of cases()) {
    if (each.order === 'stop-first' && each.scale < 3) {
      yield { ...each, ran: 0, stopped: 'update' }
      yield { ...each, ran: 0, stopped: 'start' }
    }
    if (each.scale > 1) yield { ...each, ran: 1, stopped: 'start' }
  }
}

/** Every combination of what matters on its own. */
export function* cases(): Generator<ComposeCase> {
  for (const order of orders)
    for (const scale of [1, 2, 3])
      for (const behaviour of behaviours)
        for (const edit of edits)
          for (const hasFollower of [false, true]) yield { order, scale, behaviour, edit, hasFollower }
}

/** It, for the message of a failure. */
export const describeCase = (given: ComposeCase): string => JSON.stringify(given)

/** Instances that run at every instant of a rollout that succeeds, and of one that goes back. */
export function fewestOf({ order, scale, hasFollower, ran }: ComposeCase, isBack: boolean): number {
  if (hasFollower || ran === 0) return 0
  if (ran !== undefined) return isBack ? 0 : 1
  if (order === 'start-first') return isBack ? 1 : scale
  return isBack ? 0 : scale - 1
}
