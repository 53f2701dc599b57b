import { rollOut } from '../../src/app/rollouts/roll-out.ts'
import { parseDigest } from '../../src/image/digest.ts'
import { takeUp } from '../../src/rollout/machine.ts'
import { planRollout } from '../../src/rollout/plan.ts'
import type { Order, Rollout } from '../../src/rollout/rollout.ts'
import type { Store } from '../../src/store/store.ts'
import { isUp } from './compose-instance.ts'
import { startFakeClock } from './clock.ts'
import {
  before,
  oldImage,
  oldReference,
  startComposeService,
  type FakeComposeService,
  type ServiceOptions,
} from './compose-target.ts'
import { Crash } from './crashes.ts'
import { createMemoryStore } from './store.ts'

/** What is rolled out onto what. */
export interface ComposeCase extends Omit<ServiceOptions, 'now' | 'restart'> {
  readonly order: Order
  readonly restart?: string
}

/** One service, its engine and its state, and what was seen of them. */
export interface ComposeWorld {
  readonly service: FakeComposeService
  readonly store: Store
  readonly rollout: Rollout
  /** Every journal moment, and every single thing that Compose did. */
  readonly moments: string[]
  /** Most instances that ran at once, and fewest while nobody but us had touched them. */
  readonly counts: { most: number; fewest: number }
  /** Runs to the end, taking up again after every crash as a new process would: from the store, never from memory. */
  survive(onMoment?: (moment: string, count: number) => void): Promise<Rollout>
}

/** Its id. */
export const composeWorkload = 'local/compose/shop/web'
const digest = parseDigest(`sha256:${'b'.repeat(64)}`)

/** A service that runs its old version, and a rollout of the new one that is planned. */
export function startComposeWorld({ order, restart = 'unless-stopped', ...given }: ComposeCase): ComposeWorld {
  const clock = startFakeClock()
  const service = startComposeService({ ...given, restart, now: () => clock.now() })
  const { engine, image, after, target } = service
  const store = createMemoryStore()
  const moments: string[] = []
  const { ran = given.scale } = given
  const counts = { most: 0, fewest: ran }
  const definition = {
    files: [{ path: '/srv/compose.yaml', before, after }],
    edit: given.edit === 'none' ? null : { path: '/srv/compose.yaml', line: 3, from: oldReference, to: image },
    followers: given.hasFollower ? ['sidecar'] : [],
    ...(given.hasFollower && ran === 0 && { stopped: ['sidecar'] }),
    isDivisible: !given.hasFollower,
    hash: null,
  }
  const rollout = planRollout({
    id: 'operation-1',
    workload: composeWorkload,
    target: 'local',
    name: 'shop/web',
    procedure: 'compose',
    oldInstance: service.olds()[0]?.id ?? '',
    scale: given.scale,
    ...(given.stopped !== undefined && { stopped: given.stopped }),
    ...(ran > 0 && ran < given.scale && { ranBefore: ran }),
    image,
    fromReference: oldReference,
    definition,
    repository: 'localhost:5000/web',
    tag: image.slice(-1),
    digest,
    fromDigest: null,
    fromImage: oldImage,
    tagBefore: given.edit === 'none' ? oldImage : null,
    order,
    gate: { stableMs: 1000, minUptimeMs: 2000, deadlineMs: 5000, probe: null },
    restart,
    keepOldMs: 0,
    keepImages: 1,
    policy: 'digest',
    createdAt: new Date(clock.now()).toISOString(),
  })

  function run(start: Rollout, onMoment: (moment: string, count: number) => void): Promise<Rollout> {
    return new Promise((resolve, reject) => {
      const tell = (moment: string): void => {
        const running = [...engine.instances.values()].filter(isUp).length
        counts.most = Math.max(counts.most, running)
        counts.fewest = Math.min(counts.fewest, running)
        onMoment(moment, moments.push(moment) - 1)
      }
      engine.onStep = (what) => tell(`compose: ${what}`)
      const dies = (error: unknown): Promise<never> => {
        if (!(error instanceof Crash)) return Promise.reject(error)
        // Nobody is left to hear how it ended.
        reject(error)
        return new Promise(() => {})
      }
      const deps = {
        target: { ...target, apply: (...call) => target.apply(...call).catch(dies) } satisfies typeof target,
        store,
        clock,
        pullAuth: async () => null,
        onJournal: ({ step, effect, phase }: { step: string; effect: string | null; phase: string }) =>
          tell(`${step} ${effect ?? '-'} ${phase}`),
      }
      rollOut(deps, start, new AbortController().signal).then(resolve, reject)
    })
  }

  return {
    service,
    store,
    rollout,
    moments,
    counts,
    async survive(onMoment = () => {}) {
      let next = rollout
      for (let lives = 0; lives < 60; lives++) {
        try {
          return await run(next, onMoment)
        } catch (error) {
          if (!(error instanceof Crash)) throw error
          next = takeUp((await store.rollout(rollout.id)) ?? rollout)
        }
      }
      throw new Error('it never came to rest')
    },
  }
}
