import { AppError } from '../../src/errors.ts'
import { policyRestarts } from '../../src/rollout/restart-policy.ts'
import { blank, isUp, type FakeInstance } from './compose-instance.ts'

/** How the candidate behaves once started. */
export type Behaviour =
  | 'healthy'
  | 'no-check'
  | 'unhealthy'
  | 'exits'
  | 'crash-loops'
  | 'completes'
  | 'cannot-start'
  | 'port-taken'
  | 'pull-fails'
  | 'follower-dies'

export interface FakeFollower {
  instance: FakeInstance
  /** Id of the instance that it lives in. */
  livesIn: string
}

export interface EngineOptions {
  readonly restart: string
  readonly behaviour: Behaviour
  readonly scale: number
  /** How many of them run at first; the others were stopped. What lives in the first does not run where none does. */
  readonly ran: number
  readonly hasFollower: boolean
  readonly file: string
  readonly images: Readonly<Record<string, string>>
  /** Which instances behave as the candidate does. */
  readonly isCandidate: (instance: FakeInstance) => boolean
  /** Engine's clock, in milliseconds. */
  readonly now: () => number
}

interface UpHow {
  readonly noRecreate?: boolean
  readonly noStart?: boolean
}

const madeFirst = (one: FakeInstance, other: FakeInstance): number =>
  Number(other.startedAt === null) - Number(one.startedAt === null)

/** The engine with one Compose project on it: containers, tags, the file, and what `docker compose up` does to them. */
export type ComposeEngine = ReturnType<typeof startComposeEngine>

export const imageOf = (file: string): string => /image: (\S+)/.exec(file)?.[1] ?? ''
/** Compose hashes what it has read, so that a comment is no difference. */
const configOf = (file: string): string => file.replaceAll(/ *#.*/g, '').trim()

export function startComposeEngine(options: EngineOptions) {
  const { behaviour, isCandidate, now } = options
  const instances = new Map<string, FakeInstance>()
  const tags = new Map(Object.entries(options.images))
  let follower: FakeFollower | null = null
  let made = 0
  const time = () => new Date(now()).toISOString()

  const engine = {
    instances,
    tags,
    file: options.file,
    away: false,
    /** Called before every single thing that Compose does, so that it can be killed there. */
    onStep: (_what: string): void => {},
    follower: () => follower,
    up,
    clearLeftovers,
    remove,
    stop,
    start,
    startSome,
    restart,
    down,
    look,
  }

  function create(file: string, number: number, restartPolicy = options.restart): FakeInstance {
    made += 1
    const image = tags.get(imageOf(file))
    if (image === undefined) throw new AppError('TARGET_FAILED', `No such image: ${imageOf(file)}`)
    const id = `${String(made).padStart(4, '0')}-web-${number}`
    return { ...blank, id, name: `web-${number}`, restart: restartPolicy, image, config: configOf(file), number }
  }

  /** `docker compose up -d --no-deps --pull never`, of 2.26: the obsolete first, all created before any is started. */
  function up(file: string, scale: number, { noRecreate = false, noStart = false }: UpHow = {}): void {
    const isObsolete = (each: FakeInstance): boolean =>
      !noRecreate && (each.config !== configOf(file) || each.image !== tags.get(imageOf(file)))
    const sorted = [...instances.values()].toSorted(
      (one, other) => Number(isObsolete(other)) - Number(isObsolete(one)) || one.number - other.number,
    )
    const next = Math.max(0, ...sorted.map((each) => each.number)) + 1
    for (const [index, each] of sorted.entries()) {
      if (index >= scale) {
        stop(each, 'scale down')
        remove(each, 'scale down')
      } else if (isObsolete(each)) recreate(file, each)
    }
    for (let index = 0; index < scale - sorted.length; index++) {
      engine.onStep('create')
      const fresh = create(file, next + index)
      instances.set(fresh.id, fresh)
    }
    if (!noStart) for (const each of instances.values()) if (!isUp(each)) start(each, 'start')
    renewFollower(noStart)
  }

  /** What the target does after an `up` that starts nothing, where some ran before. */
  function startSome(count: number): void {
    const ended = [...instances.values()].filter((each) => !isUp(each))
    const missing = Math.max(0, count - (instances.size - ended.length))
    for (const each of ended.toSorted(madeFirst).slice(0, missing)) start(each, 'start some')
    if (count > 0) renewFollower()
  }

  function recreate(file: string, old: FakeInstance): void {
    engine.onStep('create beside')
    const fresh = create(file, old.number)
    fresh.name = `${old.id}_${fresh.name}`
    instances.set(fresh.id, fresh)
    stop(old, 'stop replaced')
    remove(old, 'remove replaced')
    step(fresh, 'rename')
    fresh.name = `web-${fresh.number}`
  }

  /** What the target does before each `up`, so that one that was killed half-way does not spoil the next. */
  function clearLeftovers(): void {
    for (const each of instances.values()) {
      const [, replaced = '', name = ''] = /^(\d{4}-web-\d+)_(.+)$/.exec(each.name) ?? []
      if (name === '' || each.startedAt !== null) continue
      if (instances.has(replaced)) remove(each, 'clear leftover')
      else each.name = name
    }
  }

  function renewFollower(noStart = false): void {
    if (follower === null) return
    const isLeft = noStart || options.ran === 0
    const [host] = instances.values()
    if (host === undefined) return
    if (!instances.has(follower.livesIn)) {
      engine.onStep('recreate follower')
      follower = {
        livesIn: host.id,
        instance: { ...blank, id: `follower-of-${host.id}`, name: 'sidecar', restart: options.restart } as FakeInstance,
      }
    }
    if (isUp(follower.instance) || isLeft) return
    engine.onStep('start follower')
    Object.assign(follower.instance, { status: 'running', startedAt: time(), stoppedByHand: false })
    const guest = instances.get(follower.livesIn)
    if (behaviour === 'follower-dies' && guest !== undefined && isCandidate(guest)) end(follower.instance, 1)
  }

  /** One thing that Compose does to a container that it found a moment ago. */
  function step(instance: FakeInstance, what: string): void {
    if (what === '') return
    engine.onStep(what)
    if (!instances.has(instance.id)) throw new AppError('TARGET_CONFLICT', `No such container: ${instance.id}`)
  }

  function start(instance: FakeInstance, what = ''): void {
    step(instance, what)
    if (isCandidate(instance)) {
      if (behaviour === 'cannot-start') throw new AppError('TARGET_START_FAILED', 'exec: not found')
      if (behaviour === 'port-taken') throw new AppError('TARGET_CONFLICT', 'port is already allocated')
    }
    Object.assign(instance, {
      status: 'running',
      startedAt: time(),
      stoppedByHand: false,
      exitCode: 0,
      health: 'healthy',
    })
    if (!isCandidate(instance)) return
    if (behaviour === 'unhealthy') instance.health = 'unhealthy'
    if (behaviour === 'no-check' || behaviour === 'follower-dies') instance.health = 'none'
    if (behaviour === 'exits') ownEnd(instance, 1)
    if (behaviour === 'completes') ownEnd(instance, 0)
    if (behaviour === 'crash-loops') instance.health = 'none'
  }

  /** It ended by itself, and the engine does what its restart policy asks for. */
  function ownEnd(instance: FakeInstance, exitCode: number): void {
    end(instance, exitCode)
    const most = Number(instance.restart.split(':')[1] ?? Infinity)
    if (!policyRestarts(instance.restart, exitCode) || instance.restarts >= most) return
    Object.assign(instance, { status: 'restarting', restarts: instance.restarts + 1 })
  }

  function end(instance: FakeInstance, exitCode: number, stoppedByHand = false): void {
    Object.assign(instance, { status: 'exited', exitCode, stoppedByHand, finishedAt: time(), health: 'none' })
  }

  function stop(instance: FakeInstance, what = ''): void {
    step(instance, what)
    // Compose asks for the end from outside, exactly as a person would.
    if (isUp(instance)) end(instance, 0, true)
  }

  function remove(instance: FakeInstance, what = ''): void {
    step(instance, what)
    instances.delete(instance.id)
  }

  /** The engine dies and comes back: everything stops, and restart policies bring back what they cover. */
  function restart(): void {
    const all = [...instances.values(), ...(follower === null ? [] : [follower.instance])]
    for (const instance of all) {
      if (!isUp(instance)) continue
      end(instance, 255)
      if (policyRestarts(instance.restart, 255))
        Object.assign(instance, { status: 'running', startedAt: time(), health: 'healthy' })
    }
  }

  function down(): void {
    instances.clear()
    follower = null
  }

  /** Between two looks a crash loop goes round once. */
  function look(): void {
    for (const each of instances.values()) {
      if (!isCandidate(each) || !isUp(each)) continue
      if (behaviour === 'crash-loops') ownEnd(each, 1)
      if (behaviour === 'exits' || behaviour === 'completes') ownEnd(each, behaviour === 'exits' ? 1 : 0)
    }
  }

  for (let number = 1; number <= options.scale; number++) {
    const instance = create(options.file, number)
    instances.set(instance.id, instance)
    Object.assign(instance, { status: 'running', startedAt: time(), health: 'healthy' })
    if (number > options.ran) end(instance, 0, true)
    if (number === 1 && options.hasFollower) {
      const running = { status: options.ran > 0 ? 'running' : 'exited', startedAt: time() } as const
      follower = {
        livesIn: instance.id,
        instance: { ...blank, ...running, id: 'follower', name: 'sidecar', restart: options.restart },
      }
    }
  }
  return engine
}
