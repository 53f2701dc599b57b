import { nextName } from '../../src/rollout/names.ts'
import type { Order } from '../../src/rollout/rollout.ts'
import { pushImage, type PushedImage } from '../services/images.ts'
import type { PushRegistry } from '../services/push.ts'
import { uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import type { Scene } from './stage/scene.ts'

/** A way that a rollout can go. `turns-unhealthy` passes its gate and fails the second look of start-first. */
export interface CrashCase {
  readonly order: Order
  readonly behaviour: 'healthy' | 'unhealthy' | 'exits' | 'turns-unhealthy'
}

/** A workload that runs version v1, with version v2 pushed under its tag. */
export interface Member extends CrashCase {
  readonly name: string
  /** Engine id of the container that runs v1. */
  readonly oldId: string
  readonly v1: PushedImage
  readonly v2: PushedImage
}

/** The network of the workloads that are replaced start-first. */
export const networkName = 'harbour'

/** Another name of a workload on that network. */
export const aliasOf = (name: string): string => `${name}-alias`

/** Between the gate and the second look. */
const turningPoint = 'J6 connect-new after'

/** One check half a second after each start, and then hardly ever: many workloads share two processors. */
const rareChecks = ['--health-interval', '60s', '--health-start-interval', '500ms']

const checks: Readonly<Record<CrashCase['behaviour'], readonly string[]>> = {
  healthy: [...rareChecks, '--health-start-period', '30s'],
  exits: [...rareChecks, '--health-start-period', '30s'],
  // A check that fails in the start period does not count.
  unhealthy: [...rareChecks, '--health-start-period', '300ms', '--health-retries', '1'],
  // Has to be seen soon after the turn; more often, the checks of so many containers keep both processors busy.
  'turns-unhealthy': ['--health-interval', '2s', '--health-start-interval', '1s', '--health-retries', '1'],
}

/** Starts a workload of a case. */
export async function startMember(scene: Scene, registry: PushRegistry, crashCase: CrashCase): Promise<Member> {
  const { order, behaviour } = crashCase
  const name = uniqueName(`${order}-${behaviour}`)
  const turns = behaviour === 'turns-unhealthy'
  const v1 = await pushImage(registry, { repository: name, version: 'v1' })
  const place =
    order === 'start-first' ? ['--network', networkName, '--network-alias', aliasOf(name)] : ['--volume', '/data']
  const labels = ['longshore.watch=true', `longshore.order=${order}`].flatMap((label) => ['--label', label])
  const options = ['--name', name, '--restart', 'unless-stopped', ...labels, ...place, ...checks[behaviour]]
  const oldId = await scene.docker('run', '--detach', ...options, v1.reference)
  const v2 = await pushImage(registry, {
    repository: name,
    version: 'v2',
    behaviour: turns ? 'slow-healthy' : behaviour,
  })
  return { ...crashCase, name, oldId, v1, v2 }
}

/** What has to happen in the middle of a rollout for it to go the way of its case. */
export function interventions(scene: Scene, members: readonly Member[]) {
  const turning = members.filter(({ behaviour }) => behaviour === 'turns-unhealthy')
  return Object.fromEntries(
    turning.map(({ name }) => {
      const act = async () => {
        const fresh = nextName(name)
        // Nobody waits for its streams, which a busy engine may never close.
        await scene.docker('exec', '--detach', fresh, 'rm', '/tmp/healthy')
        const isUnhealthy = async () => (await scene.inspect(fresh)).State.Health?.Status === 'unhealthy'
        // Not sooner than a check can come: each look is a process, and many wait here at the same time.
        await waitUntil(`${name} is unhealthy`, isUnhealthy, { everyMs: 1_000 })
      }
      return [name, { moment: turningPoint, act }]
    }),
  )
}

/**
 * The moments of a case at which it is to be killed. A version that ends, or turns bad late, has come the same way as
 * one that an earlier case was about: only what is new is gone through again.
 *
 * @param rehearsed every moment of each case, in order
 */
export function ownMoments(
  crashCase: CrashCase,
  rehearsed: ReadonlyMap<CrashCase, readonly string[]>,
): readonly string[] {
  const moments = rehearsed.get(crashCase) ?? []
  if (crashCase.behaviour === 'healthy' || crashCase.behaviour === 'unhealthy') return moments
  const earlier = [...rehearsed].slice(0, [...rehearsed.keys()].indexOf(crashCase))
  const shared = earlier
    .filter(([{ order }]) => order === crashCase.order)
    .map(([, others]) => moments.findIndex((moment, at) => moment !== others[at]))
  return moments.slice(Math.max(0, ...shared))
}

/** Does the work for each, a few at a time. */
export async function forAll<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const waiting = [...items.entries()]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await work(next[1])
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  return results
}
