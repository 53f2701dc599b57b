import { mostBeside } from '../../src/rollout/compose/most-beside.ts'
import { AppError } from '../../src/errors.ts'
import { isComposeEffect, type ComposeEffect, type ComposeFacts, type Rollout } from '../../src/rollout/rollout.ts'
import type { Target } from '../../src/targets/target.ts'
import { imageOf, startComposeEngine, type Behaviour, type ComposeEngine } from './compose-engine.ts'
import { isUp, type FakeInstance } from './compose-instance.ts'

export type { Behaviour } from './compose-engine.ts'

/** What changes in the file: nothing (the digest of a tag moved), or the tag; also to one of the very same image. */
export type Edit = 'none' | 'tag' | 'retag'

export interface ServiceOptions {
  readonly restart: string
  readonly behaviour: Behaviour
  readonly scale: number
  /** How many of them run at first; all unless told otherwise. */
  readonly ran?: number
  /** What becomes of those that do not; nothing unless told otherwise. */
  readonly stopped?: 'update' | 'start'
  readonly edit: Edit
  readonly hasFollower: boolean
  readonly now: () => number
}

/** What a person does meanwhile. */
export type HandMove =
  | 'start-old'
  | 'start-new'
  | 'stop-old'
  | 'stop-new'
  | 'remove-old'
  | 'remove-new'
  | 'down'
  | 'scale-up'
  | 'scale-down'
  | 'edit-comment'
  | 'edit-environment'
  | 'edit-image'
  | 'edit-back'
  | 'move-tag'
  | 'up'
  | 'pull-and-up'

export const oldReference = 'localhost:5000/web:1'
export const oldImage = 'sha256:old-image'
const newImage = 'sha256:new-image'
const thirdImage = 'sha256:third-image'
export const before = `services:\r\n  web:\r\n    image: ${oldReference}  # the site\r\n`

/** A Compose service in memory that can be crashed, restarted and interfered with. */
export interface FakeComposeService {
  readonly target: Target
  readonly engine: ComposeEngine
  /** Reference under which the new version runs, and what the file says then. */
  readonly image: string
  readonly after: string
  readonly toImage: string
  readonly olds: () => readonly FakeInstance[]
  readonly news: () => readonly FakeInstance[]
  readonly isProtected: () => boolean
  /** Instances that a person made and that are still there. */
  readonly theirs: () => readonly FakeInstance[]
  /** Effects so far. */
  readonly applied: ComposeEffect[]
  byHand(move: HandMove): void
}

export function startComposeService(options: ServiceOptions): FakeComposeService {
  const { edit, scale, ran = scale } = options
  const image = edit === 'none' ? oldReference : 'localhost:5000/web:2'
  const after = before.replace(oldReference, image)
  const toImage = edit === 'retag' ? oldImage : newImage
  const isCandidate = (each: FakeInstance): boolean => each.image === toImage && each.config.includes(image)
  const engine = startComposeEngine({
    ...options,
    ran,
    file: before,
    images: { [oldReference]: oldImage, 'localhost:5000/web:3': thirdImage },
    isCandidate,
  })
  const applied: ComposeEffect[] = []
  let hasCandidate = edit === 'retag'
  let hasKeepTag = false
  /** Ids of the instances that a person made. */
  const strangers = new Set<string>()
  const all = () => [...engine.instances.values()]
  const olds = () => all().filter((each) => !isCandidate(each))
  const news = () => all().filter(isCandidate)
  const definition = () => (engine.file === before ? 'before' : engine.file === after ? 'after' : 'other')

  const effects: Record<ComposeEffect, (rollout: Rollout) => void> = {
    pull: () => {
      if (options.behaviour === 'pull-fails') throw new AppError('TARGET_PULL_FAILED', 'manifest unknown')
      hasCandidate = true
    },
    protect: () => void (hasKeepTag = true),
    capture: () => {},
    edit: () => {
      if (definition() === 'other') throw new AppError('TARGET_CONFLICT', 'the file was edited meanwhile')
      engine.file = after
    },
    'edit-back': () => {
      if (definition() === 'other') throw new AppError('TARGET_CONFLICT', 'the file was edited meanwhile')
      engine.file = before
    },
    'move-tag': (rollout) => void engine.tags.set(rollout.image, toImage),
    'tag-old': (rollout) => void engine.tags.set(rollout.fromReference, rollout.fromImage),
    'tag-back': ({ image: reference, tagBefore }) =>
      void (tagBefore === null ? engine.tags.delete(reference) : engine.tags.set(reference, tagBefore)),
    up: () => {
      engine.clearLeftovers()
      if (ran === 0 && olds().some(isUp)) return
      engine.up(engine.file, scale, { noStart: options.stopped === 'update' })
    },
    add: () => {
      engine.clearLeftovers()
      // One that was created and not started counts already.
      engine.up(engine.file, all().filter((each) => each.startedAt !== null).length + 1, {
        noRecreate: true,
        noStart: options.stopped !== undefined,
      })
      for (const each of news()) if (each.startedAt === null) engine.start(each, 'start new')
    },
    'remove-one': (rollout) => {
      const downFirst = olds().toSorted((one, other) => Number(isUp(one)) - Number(isUp(other)))
      const old = downFirst.find(({ id }) => !strangers.has(id))
      // Where one has gone already, or somebody's own `up` came in between, none does.
      const isTheirs = olds().some(({ id }) => strangers.has(id))
      if (old === undefined || isTheirs || all().length < mostBeside(rollout)) return
      engine.stop(old, 'stop one')
      engine.remove(old, 'remove one')
    },
    // From what was captured, whatever the file says now. Of more instances than are wanted, Compose recreates the
    // obsolete ones and removes those that are as they should be: so the candidates go first, and none of a person's.
    'up-old': () => {
      engine.clearLeftovers()
      const surplus = Math.max(0, all().length - scale)
      const ours = news().filter(({ id }) => !strangers.has(id))
      for (const each of ours.toReversed().slice(0, surplus)) {
        engine.stop(each, 'stop new')
        engine.remove(each, 'remove new')
      }
      const hasTheirs = all().some(({ id }) => strangers.has(id))
      const noStart = options.stopped !== undefined
      engine.up(before, hasTheirs ? Math.max(scale, all().length) : scale, { noStart })
      if (noStart) engine.startSome(ran)
    },
  }

  const hands: Record<HandMove, () => void> = {
    'start-old': () =>
      olds()
        .filter((each) => !isUp(each))
        .slice(0, 1)
        .forEach((each) => engine.start(each)),
    'start-new': () =>
      news()
        .filter((each) => !isUp(each))
        .slice(0, 1)
        .forEach((each) => engine.start(each)),
    'stop-old': () =>
      olds()
        .slice(0, 1)
        .forEach((each) => engine.stop(each)),
    'stop-new': () =>
      news()
        .slice(0, 1)
        .forEach((each) => engine.stop(each)),
    'remove-old': () =>
      olds()
        .slice(0, 1)
        .forEach((each) => engine.remove(each)),
    'remove-new': () =>
      news()
        .slice(0, 1)
        .forEach((each) => engine.remove(each)),
    down: () => engine.down(),
    'scale-up': () => engine.up(engine.file, all().length + 1, { noRecreate: true }),
    'scale-down': () => engine.up(engine.file, Math.max(1, all().length - 1), { noRecreate: true }),
    'edit-comment': () => void (engine.file += '# mine\n'),
    'edit-environment': () => void (engine.file += '    environment: [A=1]\n'),
    'edit-image': () => void (engine.file = before.replace(oldReference, 'localhost:5000/web:3')),
    'edit-back': () => void (engine.file = before),
    'move-tag': () => void engine.tags.set(image, thirdImage),
    up: () => engine.up(engine.file, scale),
    'pull-and-up': () => {
      engine.tags.set(imageOf(engine.file), thirdImage)
      engine.up(engine.file, scale)
    },
  }

  return {
    engine,
    image,
    after,
    toImage,
    olds,
    news,
    applied,
    isProtected: () => hasKeepTag,
    theirs: () => all().filter(({ id }) => strangers.has(id)),
    byHand: (move) => {
      const { onStep } = engine
      const there = new Set(engine.instances.keys())
      engine.onStep = () => {}
      try {
        hands[move]()
      } catch {
        // The person is told that it failed.
      } finally {
        for (const id of engine.instances.keys()) if (!there.has(id)) strangers.add(id)
        engine.onStep = onStep
      }
    },
    target: {
      name: 'local',
      kind: 'compose',
      procedure: 'compose',
      listWorkloads: async () => [],
      observe: async (rollout) => {
        if (engine.away) throw new AppError('TARGET_UNAVAILABLE', 'the engine is away')
        engine.look()
        const candidateImage = hasCandidate ? toImage : null
        const follower = engine.follower()
        return {
          olds: structuredClone(olds()),
          news: structuredClone(news()),
          strangers: [...strangers],
          followers: follower
            ? [
                {
                  instance: { ...follower.instance },
                  isFollowing: engine.instances.has(follower.livesIn),
                  ...(ran === 0 && { isLeftStopped: true }),
                },
              ]
            : [],
          ...(all().some(({ id, name }) => name !== id.slice(id.indexOf('-') + 1)) && { isHalfMade: true }),
          candidateImage,
          tagImage: engine.tags.get(rollout.image) ?? null,
          fromTagImage: engine.tags.get(rollout.fromReference) ?? null,
          isTagShared: false,
          isProtected: hasKeepTag,
          definition: definition(),
          oldEndedAt: null,
        } satisfies ComposeFacts
      },
      apply: async (rollout, effect) => {
        if (engine.away) throw new AppError('TARGET_UNAVAILABLE', 'the engine is away')
        if (!isComposeEffect(effect)) throw new AppError('INTERNAL', `a Compose service has no ${effect}`)
        applied.push(effect)
        effects[effect](rollout)
      },
      capture: async () => ({}),
      readLogTail: async () => 'last words',
      findRollouts: async () => [],
      previewSettings: async () => [],
      waitUntilAvailable: async () => void (engine.away = false),
      close: () => {},
    },
  }
}
