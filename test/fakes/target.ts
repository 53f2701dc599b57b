import { AppError } from '../../src/errors.ts'
import { nextName, previousName } from '../../src/rollout/names.ts'
import {
  isReplaceEffect,
  type EffectKind,
  type InstanceFacts,
  type ReplaceEffect,
  type ReplaceFacts,
  type Rollout,
} from '../../src/rollout/rollout.ts'
import type { Target, Workload } from '../../src/targets/target.ts'
import { blankInstance } from './instance-facts.ts'

/** How the candidate behaves once started. */
export type Behaviour =
  'healthy' | 'no-check' | 'unhealthy' | 'exits' | 'completes' | 'cannot-start' | 'port-taken' | 'pull-fails'

/** What the workload is at first; `absent` is one that is only to be made, and `itself` one that removes itself. */
export type Beginning = 'running' | 'exited' | 'created' | 'dead' | 'itself' | 'absent'

type Instance = { -readonly [K in keyof InstanceFacts]: InstanceFacts[K] } & { operation: string | null }

/** An engine in memory that holds one workload and can be crashed, restarted and interfered with. */
export interface FakeEngine {
  readonly target: Target
  readonly instances: Map<string, Instance>
  /** What a person does by hand, on whatever has the name or id. */
  byHand(action: 'stop' | 'start' | 'remove' | 'rename', instance: 'old' | 'new'): void
  /** Somebody has the engine remove all that does not run. */
  prune(): void
  /** The engine dies and comes back: everything stops, and restart policies bring back what they cover. */
  restart(): void
  away: boolean
  /** Refuses an effect for as long, from when it is first asked for. */
  refuse(effect: EffectKind, ms: number): void
  tag: string | null
  /** Instance ids that were removed by us. */
  readonly removed: string[]
}

/** Effects on dependants, of which `startFakeSet` knows. */
type SetEffect = `${string}-dependants` | 'rename-dependants-back' | 'restart-old'

const isOwnEffect = (effect: ReplaceEffect): effect is Exclude<ReplaceEffect, SetEffect> =>
  !effect.includes('dependants') && effect !== 'restart-old'

export const oldId = 'old-instance'
/** What a rollout made to go back to where the old instance is gone. */
export const copyId = 'copy-of-old-instance'
const oldImage = 'sha256:old-image'
const newImage = 'sha256:new-image'

/** @param now time of the engine's clock in milliseconds */
export function startFakeEngine(
  name: string,
  restart: string,
  behaviour: Behaviour,
  now: () => number,
  beginning: Beginning = 'running',
): FakeEngine {
  const removesItself = beginning === 'itself'
  let vanished: Instance | null = null
  /** What removes itself is still seen a few times, as dead: a name that it gets then is taken until the engine restarts. */
  const leaving = new Map<Instance, number>()
  const lost = new Set<string>()
  const time = () => new Date(now()).toISOString()
  const instances = new Map<string, Instance>()
  const images = new Set([oldImage])
  const removed: string[] = []
  let isProtected = false
  instances.set(oldId, {
    ...blank(oldId, name, oldImage),
    status: removesItself || beginning === 'absent' ? 'running' : beginning,
    restart,
    health: 'healthy',
    startedAt: beginning === 'created' ? null : time(),
    connected: true,
  })
  if (beginning === 'absent') instances.delete(oldId)
  const byOperation = (rollout: Rollout) =>
    [...instances.values()].find((each) => each.operation === rollout.id) ?? null
  const holder = (wanted: string) => [...instances.values()].find((each) => each.name === wanted)

  let refusal: { readonly effect: EffectKind; readonly ms: number; since: number | null } | null = null

  const engine: FakeEngine = {
    instances,
    refuse: (effect, ms) => void (refusal = { effect, ms, since: null }),
    removed,
    away: false,
    tag: oldImage,
    byHand: (action, which) => {
      const instance =
        which === 'old' ? instances.get(oldId) : [...instances.values()].find((each) => each.operation !== null)
      if (!instance) return
      if (action === 'remove') instances.delete(instance.id)
      if (action === 'rename' && !holder('renamed')) instance.name = 'renamed'
      if (action === 'stop' && instance.status === 'running') finish(instance, 0, true)
      if (action === 'start' && instance.status !== 'running') run(instance)
    },
    prune: () => {
      for (const { id, status } of instances.values()) if (status !== 'running') instances.delete(id)
    },
    restart: () => {
      for (const instance of instances.values()) {
        if (removesItself) {
          // Seen on engine 26: also what was made and never started goes, and the engine remembers nothing of it.
          instances.delete(instance.id)
          vanished = null
          continue
        }
        if (instance.status !== 'running') continue
        Object.assign(instance, ended(255, false))
        if (instance.restart !== 'no') run(instance)
      }
    },
    target: {
      name: 'local',
      kind: 'container',
      procedure: 'replace',
      listWorkloads: async () => [] as Workload[],
      observe: async (rollout) => {
        if (engine.away) throw new AppError('TARGET_UNAVAILABLE', 'the engine is away')
        const facts = {
          old: copy(instances.get(rollout.oldInstance)),
          new: copy(byOperation(rollout)),
          candidateImage: images.has(newImage) ? newImage : null,
          tagImage: engine.tag,
          isTagShared: false,
          isProtected,
          nameHolder: holder(rollout.name)?.id ?? null,
          copy: copy(instances.get(copyId)),
          ...(removesItself && { vanished: copy(vanished) }),
        } satisfies ReplaceFacts
        for (const [each, looks] of leaving) {
          if (looks === 1) vanish(each)
          else leaving.set(each, looks - 1)
        }
        return facts
      },
      apply: async (rollout, effect, { snapshot }) => {
        if (engine.away) throw new AppError('TARGET_UNAVAILABLE', 'the engine is away')
        if (refusal?.effect === effect && now() - (refusal.since ??= now()) < refusal.ms)
          throw new AppError('TARGET_FAILED', 'no space left on device')
        if (isReplaceEffect(effect) && isOwnEffect(effect)) await effects[effect](rollout, snapshot)
      },
      capture: async () => ({}),
      readLogTail: async () => 'last words',
      findRollouts: async () => [],
      previewSettings: async () => [],
      waitUntilAvailable: async () => void (engine.away = false),
      close: () => {},
    },
  }

  function ended(exitCode: number, stoppedByHand: boolean): Partial<Instance> {
    return { status: 'exited', exitCode, stoppedByHand, finishedAt: time(), health: 'none' }
  }

  /** It ends, and is gone where it is made to remove itself. */
  function finish(instance: Instance, exitCode: number, stoppedByHand: boolean): void {
    Object.assign(instance, ended(exitCode, stoppedByHand))
    if (!removesItself) return
    instance.status = 'dead'
    leaving.set(instance, 3)
  }

  function vanish(instance: Instance): void {
    leaving.delete(instance)
    if (instances.delete(instance.id) && instance.operation !== null) vanished = instance
  }

  function run(instance: Instance): void {
    Object.assign(instance, { status: 'running', startedAt: time(), stoppedByHand: false, exitCode: 0 })
    if (instance.id === oldId || instance.id === copyId) return void (instance.health = 'healthy')
    instance.health = behaviour === 'healthy' ? 'healthy' : behaviour === 'unhealthy' ? 'unhealthy' : 'none'
    if (behaviour === 'exits') finish(instance, 1, false)
    if (behaviour === 'completes') finish(instance, 0, false)
  }

  function must(instance: Instance | null | undefined): Instance {
    if (!instance) throw new AppError('TARGET_NOT_FOUND', 'no such container')
    return instance
  }

  function rename(instance: Instance, to: string): void {
    const other = holder(to)
    if (leaving.has(instance)) lost.add(instance.name)
    if ((other && other.id !== instance.id) || lost.has(to))
      throw new AppError('TARGET_CONFLICT', `the name ${to} is taken`)
    instance.name = to
  }

  function stop(instance: Instance): void {
    if (instance.status === 'running') finish(instance, 0, false)
  }

  const old = (rollout: Rollout) => must(instances.get(rollout.oldInstance) ?? instances.get(copyId))
  const fresh = (rollout: Rollout) => must(byOperation(rollout))
  const effects: Record<Exclude<ReplaceEffect, SetEffect>, (rollout: Rollout, snapshot: unknown) => void> = {
    pull: () => {
      if (behaviour === 'pull-fails') throw new AppError('TARGET_PULL_FAILED', 'manifest unknown')
      images.add(newImage)
    },
    protect: () => void (isProtected = true),
    capture: () => {},
    create: (rollout) => {
      if (byOperation(rollout)) return
      const first = rollout.procedure === 'create' ? name : nextName(name)
      if (holder(first)) throw new AppError('TARGET_CONFLICT', 'the name is taken')
      engine.tag = newImage
      const id = `new-${rollout.id}-${now()}`
      const connected = rollout.order === 'stop-first'
      instances.set(id, { ...blank(id, first, newImage), connected, operation: rollout.id })
    },
    'withdraw-old': (rollout) => void (old(rollout).connected = false),
    'disarm-old': (rollout) => void (old(rollout).restart = 'no'),
    'stop-old': (rollout) => stop(old(rollout)),
    'rename-old': (rollout) => rename(old(rollout), previousName(name)),
    'rename-new': (rollout) => rename(fresh(rollout), name),
    'start-new': (rollout) => {
      if (behaviour === 'cannot-start') throw new AppError('TARGET_START_FAILED', 'exec: not found')
      if (behaviour === 'port-taken') throw new AppError('TARGET_CONFLICT', 'port 80 is taken')
      if (fresh(rollout).status !== 'running') run(fresh(rollout))
    },
    'restart-new': (rollout) => run(fresh(rollout)),
    'connect-new': (rollout) => void (fresh(rollout).connected = true),
    'arm-new': (rollout) => void (fresh(rollout).restart = rollout.restart),
    'stop-new': (rollout) => stop(fresh(rollout)),
    'rename-new-back': (rollout) => rename(fresh(rollout), nextName(name)),
    'rename-old-back': (rollout) => rename(old(rollout), name),
    'connect-old': (rollout) => void (old(rollout).connected = true),
    'tag-back': (rollout) => void (engine.tag = rollout.tagBefore),
    'arm-old': (rollout) => void (old(rollout).restart = rollout.restart),
    'start-old': (rollout) => {
      if (old(rollout).status !== 'running') run(old(rollout))
    },
    'remove-new': (rollout) => remove(fresh(rollout)),
    'remove-old': (rollout) => remove(old(rollout)),
    'copy-old': (rollout, snapshot) => {
      if (instances.has(copyId)) return
      if (!instances.has(rollout.oldInstance) && snapshot == null)
        throw new AppError('TARGET_NOT_FOUND', 'the state does not hold the settings of the old version')
      if (holder(previousName(name))) throw new AppError('TARGET_CONFLICT', 'the name is taken')
      instances.set(copyId, blank(copyId, previousName(name), oldImage))
    },
    'remove-copy': () => remove(must(instances.get(copyId))),
  }

  function remove(instance: Instance): void {
    if (instance.status === 'running') throw new AppError('TARGET_REFUSED', 'it runs')
    removed.push(instance.id)
    instances.delete(instance.id)
  }

  return engine
}

function blank(id: string, name: string, image: string): Instance {
  return {
    ...blankInstance,
    id,
    name,
    image,
    operation: null,
  }
}

function copy(instance: Instance | null | undefined): InstanceFacts | null {
  if (!instance) return null
  const { operation: _operation, ...facts } = instance
  return facts
}
