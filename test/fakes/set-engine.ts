import { AppError } from '../../src/errors.ts'
import type { Dependant } from '../../src/rollout/dependant.ts'
import type { DependantFacts } from '../../src/rollout/facts.ts'
import { nextName, previousName } from '../../src/rollout/names.ts'
import { policyRestarts } from '../../src/rollout/restart-policy.ts'
import type { EffectKind, InstanceFacts, Rollout } from '../../src/rollout/rollout.ts'
import { blankInstance } from './instance-facts.ts'
import { copyId, oldId, startFakeEngine, type Behaviour, type FakeEngine } from './target.ts'

/** How the new instances of dependants behave once started. The old ones are well. */
export type DependantBehaviour = 'runs' | 'unhealthy' | 'exits' | 'cannot-start' | 'completes' | 'exits-once'

type Member = { -readonly [K in keyof InstanceFacts]: InstanceFacts[K] } & {
  readonly plan: Dependant
  readonly isNew: boolean
  /** Engine id of the instance in whose network it lives. */
  readonly provider: string
  starts: number
}

/** An engine in memory that holds one workload and containers that live in its network, each in that of the one before. */
export interface FakeSet extends FakeEngine {
  readonly dependants: readonly Dependant[]
  readonly members: Map<string, Member>
  /** What a person does by hand to the new or the old instance of a dependant. */
  dependantByHand(action: 'stop' | 'start' | 'remove', at: number, which: 'old' | 'new'): void
}

interface Options {
  readonly name: string
  readonly restart: string
  readonly behaviour: Behaviour
  readonly dependant: DependantBehaviour
  /** Whether each of the dependants runs. */
  readonly running: readonly boolean[]
  /** Whether each lives in the one before rather than in the workload itself. */
  readonly isChain: boolean
}

/** @param now time of the engine's clock in milliseconds */
export function startFakeSet(options: Options, now: () => number): FakeSet {
  const base = startFakeEngine(options.name, options.restart, options.behaviour, now)
  const members = new Map<string, Member>()
  const time = () => new Date(now()).toISOString()
  const dependants = options.running.map((wasRunning, at): Dependant => ({
    instance: `old-dependant-${at}`,
    name: `dependant-${at}`,
    image: 'sha256:app',
    restart: options.restart,
    wasRunning: wasRunning && (!options.isChain || options.running.slice(0, at).every(Boolean)),
    by: ['network'],
  }))
  for (const [at, plan] of dependants.entries()) {
    const before = options.isChain ? dependants[at - 1]?.instance : undefined
    const member = blank(plan.instance, plan.name, plan, before ?? oldId, false)
    const run: Partial<Member> = plan.wasRunning ? { status: 'running', startedAt: time() } : {}
    members.set(plan.instance, Object.assign(member, { restart: options.restart }, run))
  }

  const instance = (id: string) => members.get(id) ?? base.instances.get(id)
  const isRunning = (id: string) => instance(id)?.status === 'running'
  const holder = (name: string) =>
    [...members.values()].find((each) => each.name === name) ??
    [...base.instances.values()].find((each) => each.name === name)
  const copyOf = (plan: Dependant) => members.get(`copy-${plan.name}`)
  const oldOf = (plan: Dependant) => copyOf(plan) ?? members.get(plan.instance)
  const newOf = (rollout: Rollout, plan: Dependant) => members.get(`${rollout.id}-${plan.name}`)

  function isBehind(member: Member | undefined): boolean {
    const provider = member && instance(member.provider)
    if (member?.status !== 'running' || provider?.status !== 'running') return false
    return Date.parse(member.startedAt ?? '') < Date.parse(provider.startedAt ?? '')
  }

  function start(member: Member): void {
    if (!isRunning(member.provider))
      throw new AppError('TARGET_CONFLICT', 'cannot join network of a non running container')
    member.starts += 1
    const failing = member.isNew && (options.dependant !== 'exits-once' || member.starts === 1)
    if (failing && options.dependant === 'cannot-start') throw new AppError('TARGET_START_FAILED', 'exec: not found')
    Object.assign(member, { status: 'running', startedAt: time(), stoppedByHand: false, exitCode: 0 })
    if (!failing) return
    if (options.dependant === 'unhealthy') member.health = 'unhealthy'
    if (options.dependant === 'exits' || options.dependant === 'exits-once') end(member, 1, false)
    if (options.dependant === 'completes') end(member, 0, false)
  }

  function end(member: Member, exitCode: number, stoppedByHand: boolean): void {
    if (member.status !== 'running') return
    Object.assign(member, { status: 'exited', exitCode, stoppedByHand, finishedAt: time(), health: 'none' })
  }

  function rename(member: Member, to: string): void {
    const other = holder(to)
    if (other && other.id !== member.id) throw new AppError('TARGET_CONFLICT', `the name ${to} is taken`)
    member.name = to
  }

  function bringUp(member: Member | undefined): void {
    if (member === undefined) return
    if (isBehind(member)) end(member, 0, false)
    if (member.status !== 'running') start(member)
  }

  const forEach = (work: (plan: Dependant) => void) => () => dependants.forEach(work)
  const reversed = (work: (plan: Dependant) => void) => () => dependants.toReversed().forEach(work)
  const effectsOf = (rollout: Rollout): Partial<Record<EffectKind, () => void>> => ({
    'create-dependants': forEach((plan) => {
      const id = `${rollout.id}-${plan.name}`
      if (members.has(id)) return
      if (holder(nextName(plan.name))) throw new AppError('TARGET_CONFLICT', 'the name is taken')
      const fresh = [...base.instances.values()].find(({ operation }) => operation === rollout.id)
      const old = members.get(plan.instance)
      if (!fresh || !old) throw new AppError('TARGET_NOT_FOUND', 'no such container')
      const provider = old.provider === oldId ? fresh.id : `${rollout.id}-${members.get(old.provider)?.plan.name}`
      members.set(id, blank(id, nextName(plan.name), plan, provider, true))
    }),
    'copy-old-dependants': forEach((plan) => {
      const original = members.get(plan.instance)
      const isMoved = !base.instances.has(oldId)
      if (copyOf(plan) || (original ? !isMoved : !newOf(rollout, plan))) return
      if (original) original.name = `${previousName(plan.name)}.aside`
      const before = options.isChain ? dependants[dependants.indexOf(plan) - 1] : undefined
      const provider = before === undefined ? (isMoved ? copyId : oldId) : oldOf(before)?.id
      if (provider === undefined) throw new AppError('TARGET_NOT_FOUND', 'no such container')
      const id = `copy-${plan.name}`
      if (holder(previousName(plan.name))) throw new AppError('TARGET_CONFLICT', 'the name is taken')
      members.set(id, blank(id, previousName(plan.name), plan, provider, false))
    }),
    'disarm-dependants': forEach((plan) => void Object.assign(oldOf(plan) ?? {}, { restart: 'no' })),
    'stop-dependants': reversed((plan) => {
      const old = oldOf(plan)
      if (old) end(old, 0, false)
    }),
    'rename-dependants': forEach((plan) => {
      const old = oldOf(plan)
      const fresh = newOf(rollout, plan)
      if (old?.name === plan.name) rename(old, previousName(plan.name))
      if (fresh) rename(fresh, plan.name)
    }),
    'start-dependants': forEach((plan) => {
      const fresh = plan.wasRunning ? newOf(rollout, plan) : undefined
      if (!fresh || fresh.stoppedByHand) return
      const hasEnded = fresh.status === 'exited' && !policyRestarts(plan.restart, fresh.exitCode)
      if (!hasEnded) bringUp(fresh)
    }),
    'arm-dependants': forEach((plan) => void Object.assign(newOf(rollout, plan) ?? {}, { restart: plan.restart })),
    'stop-new-dependants': reversed((plan) => {
      const fresh = newOf(rollout, plan)
      if (fresh) end(fresh, 0, false)
    }),
    'rename-dependants-back': forEach((plan) => {
      const old = oldOf(plan)
      const fresh = newOf(rollout, plan)
      if (fresh?.name === plan.name) rename(fresh, nextName(plan.name))
      if (old?.name === previousName(plan.name)) rename(old, plan.name)
    }),
    'arm-old-dependants': forEach((plan) => void Object.assign(oldOf(plan) ?? {}, { restart: plan.restart })),
    'start-old-dependants': forEach((plan) => (plan.wasRunning ? bringUp(oldOf(plan)) : undefined)),
    'remove-new-dependants': reversed((plan) => remove(newOf(rollout, plan))),
    'remove-old-dependants': reversed((plan) => {
      if (newOf(rollout, plan)) remove(oldOf(plan))
    }),
  })

  function remove(member: Member | undefined): void {
    if (member === undefined) return
    if (member.status === 'running') throw new AppError('TARGET_REFUSED', 'it runs')
    base.removed.push(member.id)
    members.delete(member.id)
  }

  /** What the kernel and the engine do to those that live in a container that ended: here they go on, cut off. */
  const set: FakeSet = Object.assign(base, {
    dependants,
    members,
    dependantByHand(action: 'stop' | 'start' | 'remove', at: number, which: 'old' | 'new') {
      const plan = dependants[at]
      const member = [...members.values()].find((each) => each.plan === plan && each.isNew === (which === 'new'))
      if (member === undefined) return
      if (action === 'remove') members.delete(member.id)
      if (action === 'stop') end(member, 0, true)
      const canStart = isRunning(member.provider) && !(member.isNew && options.dependant === 'cannot-start')
      if (action === 'start' && member.status !== 'running' && canStart) start(member)
    },
  })
  const { observe, apply } = base.target
  const pruneOwn = base.prune
  base.prune = () => {
    pruneOwn()
    for (const { id, status } of members.values()) if (status !== 'running') members.delete(id)
  }
  const restartEngine = base.restart
  base.restart = () => {
    restartEngine()
    for (const member of members.values()) {
      if (member.status !== 'running') continue
      end(member, 255, false)
      const canStart = isRunning(member.provider) && !(member.isNew && options.dependant === 'cannot-start')
      if (member.restart !== 'no' && canStart) start(member)
    }
  }
  base.target.observe = async (rollout, signal) => ({
    ...(await observe(rollout, signal)),
    dependants: dependants.map((plan): DependantFacts => {
      const fresh = newOf(rollout, plan)
      const runs = fresh?.status === 'running' ? fresh : oldOf(plan)
      return {
        plan,
        old: factsOf(members.get(plan.instance)),
        new: factsOf(fresh),
        copy: factsOf(copyOf(plan)),
        isBehind: isBehind(runs),
        nameHolder: holder(plan.name)?.id ?? null,
      }
    }),
  })
  base.target.apply = async (rollout, effect, context) => {
    await apply(rollout, effect, context)
    effectsOf(rollout)[effect]?.()
  }
  return set
}

function factsOf(member: Member | undefined): InstanceFacts | null {
  if (member === undefined) return null
  const { plan: _plan, isNew: _isNew, provider: _provider, starts: _starts, ...facts } = member
  return facts
}

function blank(id: string, name: string, plan: Dependant, provider: string, isNew: boolean): Member {
  return {
    ...blankInstance,
    id,
    name,
    plan,
    provider,
    isNew,
    starts: 0,
    image: plan.image,
  }
}
