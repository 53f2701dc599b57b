import { runService } from '../../src/app/passes/run-service.ts'
import { AppError } from '../../src/errors.ts'
import { isDigest, type Digest } from '../../src/image/digest.ts'
import { nextName, previousName } from '../../src/rollout/names.ts'
import type { InstanceFacts, Rollout } from '../../src/rollout/rollout.ts'
import type { Target, Workload, WorkloadKind } from '../../src/targets/target.ts'
import { createLocalQueue } from '../../src/jobs/local.ts'
import { startFollowed, workloadAt } from './followed.ts'
import { digest, running } from './decide-input.ts'
import { blankInstance } from './instance-facts.ts'

const host = 'registry.example.com'

interface Member {
  readonly name: string
  /** Of the image; the name of the workload unless told otherwise. */
  readonly repository?: string
  readonly target?: string
  readonly kind?: WorkloadKind
  readonly labels?: Readonly<Record<string, string>>
}

type Instance = { -readonly [K in keyof InstanceFacts]: InstanceFacts[K] } & { readonly operation: string | null }

/** One workload on an engine that starts and stops what it is told to, always stop-first. */
function startWorkload(member: Member, fleet: { bad: Set<Digest>; images: Set<string>; clock: { now(): number } }) {
  const { name, repository = name, target = 'local', kind = 'container', labels = {} } = member
  const blank = workloadAt(host, repository, running)
  const instances = new Map<string, Instance>()
  const time = () => new Date(fleet.clock.now()).toISOString()
  const make = (id: string, as: string, image: string, operation: string | null): Instance => ({
    ...blankInstance,
    id,
    name: as,
    image,
    operation,
  })
  const first = make(`first-${target}-${name}`, name, running, null)
  instances.set(first.id, { ...first, status: 'running', restart: 'always', startedAt: time() })
  const freshOf = ({ id }: Rollout) => [...instances.values()].find(({ operation }) => operation === id)
  const must = (found: Instance | undefined): Instance => {
    if (found === undefined) throw new AppError('TARGET_NOT_FOUND', 'no such container')
    return found
  }
  const old = ({ oldInstance }: Rollout) => must(instances.get(oldInstance))
  const fresh = (rollout: Rollout) => must(freshOf(rollout))
  const start = (one: Instance) => Object.assign(one, { status: 'running', startedAt: time() })
  const stop = (one: Instance) => Object.assign(one, { status: 'exited', finishedAt: time() })
  const effects: Readonly<Record<string, (rollout: Rollout) => unknown>> = {
    pull: ({ digest: of }) => fleet.images.add(of),
    create: (rollout) => {
      const made = make(`new-${rollout.id}`, nextName(name), rollout.digest, rollout.id)
      return instances.set(made.id, made)
    },
    'disarm-old': (rollout) => (old(rollout).restart = 'no'),
    'stop-old': (rollout) => stop(old(rollout)),
    'rename-old': (rollout) => (old(rollout).name = previousName(name)),
    'rename-new': (rollout) => (fresh(rollout).name = name),
    'start-new': (rollout) => {
      if (fleet.bad.has(rollout.digest)) throw new AppError('TARGET_START_FAILED', 'exec: not found')
      start(fresh(rollout))
    },
    'arm-new': (rollout) => (fresh(rollout).restart = rollout.restart),
    'stop-new': (rollout) => stop(fresh(rollout)),
    'rename-new-back': (rollout) => (fresh(rollout).name = nextName(name)),
    'rename-old-back': (rollout) => (old(rollout).name = name),
    'arm-old': (rollout) => (old(rollout).restart = rollout.restart),
    'start-old': (rollout) => start(old(rollout)),
    'remove-new': (rollout) => instances.delete(fresh(rollout).id),
    'remove-old': (rollout) => instances.delete(old(rollout).id),
  }
  return {
    id: `${target}/${kind}/${name}`,
    apply: (rollout: Rollout, effect: string) => void effects[effect]?.(rollout),
    observe: (rollout: Rollout) => ({
      old: instances.get(rollout.oldInstance) ?? null,
      new: freshOf(rollout) ?? null,
      candidateImage: fleet.images.has(rollout.digest) ? rollout.digest : null,
      tagImage: null,
      isTagShared: true,
      isProtected: true,
      nameHolder: [...instances.values()].find((each) => each.name === name)?.id ?? null,
    }),
    /** What runs under its name. */
    runs: (): string | null => {
      const found = [...instances.values()].find((each) => each.name === name)
      return found?.status === 'running' ? found.image : null
    },
    shown: (): readonly Workload[] =>
      [...instances.values()]
        .filter((each) => each.name === name)
        .map((each) => ({
          ...blank,
          id: `${target}/${kind}/${name}`,
          target,
          kind,
          name,
          instance: each.id,
          labels: { 'longshore.watch': 'true', ...labels },
          isRunning: each.status === 'running',
          imageId: each.image,
          hasHealthCheck: false,
          repositoryDigests: isDigest(each.image) ? [`${host}/${repository}@${each.image}`] : [],
        })),
  }
}

/**
 * Workloads on engines in memory that are really rolled out, by the service or a pass, each with a gate of 30 seconds.
 * Digests that are `bad` do not start.
 */
export function startFleet(members: readonly Member[]) {
  const followed = startFollowed([])
  const { world, app, clock, stop } = followed
  const bad = new Set<Digest>()
  /** Instances that somebody made vanish. */
  const gone = new Set<string>()
  const images = new Set<string>([running])
  const all = members.map((each) => ({ member: each, workload: startWorkload(each, { bad, images, clock }) }))
  for (const { name, repository = name } of members) world.tags.set(repository, running)
  const pulls: string[] = []
  /** What an effect waits for before it is done. */
  const hold = { apply: async (_workload: string, _effect: string): Promise<void> => {} }
  const ring = new Set<() => void>()
  const find = (rollout: Rollout) => all.find(({ workload }) => workload.id === rollout.workload)?.workload
  const [template] = app.targets
  if (template === undefined) throw new Error('there is no target to begin with')
  const placeOf = ({ target = 'local', kind = 'container' }: Member) => `${target} ${kind}`
  const places = new Map(members.map((each) => [placeOf(each), each]))
  const targets = [...places].map(([place, { target: name = 'local', kind = 'container' }]): Target => {
    return {
      ...template,
      name,
      kind,
      listWorkloads: async () =>
        all
          .filter(({ member, workload }) => placeOf(member) === place && !gone.has(workload.id))
          .flatMap(({ workload }) => workload.shown()),
      observe: async (rollout) => {
        await world.hold.observe(rollout.workload)
        const found = find(rollout)
        return found === undefined ? world.facts : found.observe(rollout)
      },
      apply: async (rollout, effect) => {
        world.asked.push(`${effect} ${rollout.name}`)
        if (effect === 'pull') pulls.push(rollout.digest)
        await hold.apply(rollout.workload, effect)
        find(rollout)?.apply(rollout, effect)
        for (const each of ring) each()
      },
      watch: async (callBack, signal) => {
        const call = () => callBack({ kind: 'resync' })
        ring.add(call)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        ring.delete(call)
      },
    }
  })
  Object.assign(app, { targets })
  let placesIn = (_lane: string): number => 1
  const newQueue = () => createLocalQueue({ rollout: (lane) => placesIn(lane) })
  const idOf = (name: string): string =>
    all.find(({ member }) => member.name === name)?.workload.id ?? `local/container/${name}`
  return {
    ...followed,
    bad,
    gone,
    pulls,
    hold,
    newQueue,
    ring: () => ring.forEach((each) => each()),
    limit: (lane: (name: string) => number) => void (placesIn = lane),
    push: (repository: string, found: Digest) => void world.tags.set(repository, found),
    runs: () => Object.fromEntries(all.map(({ member, workload }) => [member.name, workload.runs()])),
    idOf,
    codeOf: async (name: string) => (await app.store.workload(idOf(name)))?.reason.code,
    /** Names of the workloads whose rollouts began, in order, each with the last letter of its digest. */
    begun: async () =>
      (await app.store.history({ limit: 1000 }))
        .filter(({ kind }) => kind === 'rollout-started')
        .map(({ workload, toDigest }) => `${workload?.split('/').at(-1)} ${toDigest?.at(-1)}`)
        .toReversed(),
    /** Runs the service; ends it and waits until it has. */
    serve: () => {
      const service = new AbortController()
      const done = runService(app, newQueue(), AbortSignal.any([service.signal, stop.signal]))
      return async () => {
        service.abort()
        await done
      }
    },
  }
}

/** What the workloads of a fleet run, and what may be pushed. */
export const versions = { old: running, new: digest('b'), third: digest('c'), bad: digest('d') } as const
