import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isUp } from '../../../test/fakes/compose-instance.ts'
import { all, behaviours, edits, expectAtRest, orders, outcomeOf } from '../../../test/fakes/compose-promises.ts'
import { before, type HandMove } from '../../../test/fakes/compose-target.ts'
import { Crash } from '../../../test/fakes/crashes.ts'
import {
  composeWorkload,
  startComposeWorld,
  type ComposeCase,
  type ComposeWorld,
} from '../../../test/fakes/compose-world.ts'
import { search, searchMs } from '../../../test/fakes/search.ts'
import { triesMax } from '../../rollout/step.ts'

const restarts = ['no', 'always', 'unless-stopped', 'on-failure:3'] as const

type Disturbance =
  { readonly kind: 'crash' | 'engine-restart' | 'engine-away' } | { readonly kind: 'hand'; readonly move: HandMove }

const moves: readonly HandMove[] = [
  'start-old',
  'start-new',
  'stop-old',
  'stop-new',
  'remove-old',
  'remove-new',
  'down',
  'scale-up',
  'scale-down',
  'edit-comment',
  'edit-environment',
  'edit-image',
  'edit-back',
  'move-tag',
  'up',
  'pull-and-up',
]
/** Moves after which fewer instances may run, or others, than a rollout leaves. */
const takesDown = (move: HandMove): boolean => /^(stop|remove|scale|down)/.test(move)

const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Disturbance>({ kind: 'crash' }) },
  { weight: 2, arbitrary: fc.constant<Disturbance>({ kind: 'engine-restart' }) },
  { weight: 1, arbitrary: fc.constant<Disturbance>({ kind: 'engine-away' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('hand' as const), move: fc.constantFrom(...moves) }) },
)

const anyUsual: fc.Arbitrary<ComposeCase> = fc.record({
  order: fc.constantFrom(...orders),
  scale: fc.integer({ min: 1, max: 3 }),
  behaviour: fc.constantFrom(...behaviours),
  edit: fc.constantFrom(...edits),
  hasFollower: fc.boolean(),
  restart: fc.constantFrom(...restarts),
})

/** One that does not run, which goes one way only, or not in whole. */
const anyStopped: fc.Arbitrary<ComposeCase> = fc
  .tuple(anyUsual, fc.constantFrom('update' as const, 'start' as const), fc.nat(2))
  .map(([usual, stopped, some]) => {
    const ran = stopped === 'update' ? 0 : Math.min(some, usual.scale - 1)
    return { ...usual, stopped, ran, ...(ran === 0 && { order: 'stop-first' }) }
  })

const anyCase: fc.Arbitrary<ComposeCase> = fc.oneof({ weight: 3, arbitrary: anyUsual }, anyStopped)

interface Done {
  readonly kind: Disturbance['kind']
  readonly move?: HandMove
  readonly moment: string
  /** What the file said then. */
  readonly written: string
}

/** Disturbs a rollout at the moments that the script names. */
function disturb(world: ComposeWorld, script: ReadonlyMap<number, Disturbance>) {
  const done: Done[] = []
  const run = world.survive((moment, count) => {
    const what = script.get(count)
    if (what === undefined) return
    if (what.kind === 'hand') world.service.byHand(what.move)
    done.push({ ...what, moment, written: world.service.engine.file })
    if (what.kind === 'engine-restart') world.service.engine.restart()
    if (what.kind === 'engine-away') world.service.engine.away = true
    if (what.kind === 'crash') throw new Crash()
  })
  return run.then((rollout) => ({ rollout, done }))
}

const anyScript = fc.uniqueArray(fc.tuple(fc.nat(50), disturbance), { maxLength: 5, selector: ([at]) => at })

/**
 * A failure names its seed and its path, with which `fc.assert` tries that one case again. A test that runs out of its own
 * time names none: so a case that comes to no end fails by itself, and a busy machine tries fewer of them.
 */
const within = { timeout: 5000, interruptAfterTimeLimit: searchMs(20_000) }

const machinery = anyScript.map((script) => script.filter(([, { kind }]) => kind !== 'hand'))

/** Whatever effect it is that we are killed at again and again, as many times as one that fails is tried. */
const crashedInARow: [ComposeCase, [number, Disturbance][]] = [
  { order: 'stop-first', scale: 1, behaviour: 'cannot-start', edit: 'tag', hasFollower: false, restart: 'no' },
  [28, 29, 30].map((at) => [at, { kind: 'crash' }]),
]

test('brings back what ran, or finishes, under crashes and engine restarts anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, machinery, async (given, script) => {
      const world = startComposeWorld(given)

      const { rollout, done } = await disturb(world, new Map(script))

      const isEngineRestarted = done.some(({ kind }) => kind === 'engine-restart')
      const outcome = outcomeOf(given)
      const hasWornOut = done.filter(({ kind }) => kind !== 'engine-restart').length >= triesMax
      if (!isEngineRestarted) {
        expect([outcome, 'abandoned', ...(hasWornOut ? ['failed'] : [])]).toContain(rollout.outcome)
      }
      // What an engine restart ended is not brought back by anybody where the policy says so.
      if (isEngineRestarted && given.restart === 'no') return
      if (outcome !== 'rolled-back') expect(await world.store.quarantine(composeWorkload)).toEqual([])
      if (isEngineRestarted) world.counts.most = given.scale
      await expectAtRest(world, given, rollout, rollout.reason?.sentence ?? '')
    }),
    { ...search(3000), ...within, examples: [crashedInARow] },
  )
})

test('starts nothing that is to be left stopped, whatever happens meanwhile', async () => {
  const leftStopped = anyStopped.filter(({ stopped }) => stopped === 'update')
  await fc.assert(
    fc.asyncProperty(leftStopped, machinery, async (given, script) => {
      const world = startComposeWorld(given)

      const { rollout } = await disturb(world, new Map(script))

      expect(world.counts.most).toBe(0)
      await expectAtRest(world, given, rollout, rollout.reason?.sentence ?? '')
    }),
    { ...search(1000), ...within },
  )
})

/** A person moves the tag under us, and brings theirs up just as one of what was made of it is about to go, or goes. */
const byHandAsOneGoes = [26, 27, 28].map((at): [ComposeCase, [number, Disturbance][]] => [
  { order: 'stop-first', scale: 2, behaviour: 'healthy', edit: 'none', hasFollower: false, restart: 'no' },
  [
    [22, { kind: 'hand', move: 'move-tag' }],
    [at, { kind: 'hand', move: 'pull-and-up' }],
  ],
])

/** A person starts the old version that did not run, while its own way back is half done. */
const startedHalfMade: [ComposeCase, [number, Disturbance][]] = [
  {
    order: 'stop-first',
    scale: 1,
    behaviour: 'port-taken',
    edit: 'tag',
    hasFollower: false,
    restart: 'no',
    stopped: 'start',
    ran: 0,
  },
  [
    [0, { kind: 'engine-away' }],
    [23, { kind: 'hand', move: 'start-old' }],
  ],
]

/** A person takes the edit back just before it is brought up, and brings theirs up as an old one was about to go. */
const editedBack: [ComposeCase, [number, Disturbance][]] = [
  { order: 'start-first', scale: 1, behaviour: 'healthy', edit: 'tag', hasFollower: false, restart: 'no' },
  [
    [11, { kind: 'hand', move: 'edit-back' }],
    [16, { kind: 'hand', move: 'up' }],
  ],
]

test('leaves what a person did meanwhile, and never a service in two minds', async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, anyScript, async (given, script) => {
      const world = startComposeWorld(given)

      const { rollout, done } = await disturb(world, new Map(script))

      const { service, store } = world
      const hands = done.flatMap(({ move }) => move ?? [])
      expect(rollout.stage).toBe('ended')
      expect(service.applied.length).toBeLessThan(40 + 8 * given.scale)
      // Who starts what was to be left stopped has it judged.
      const isFit = ['succeeded', 'failed'].includes(outcomeOf(given.stopped ? { ...given, stopped: 'start' } : given))
      const restartsEnd = given.restart === 'no' && done.some(({ kind }) => kind === 'engine-restart')
      if (isFit && !restartsEnd) expect(await store.quarantine(composeWorkload)).toEqual([])
      // Between our last look and the end of what we then told Compose to do, nobody can be heard; nor on the way back,
      // before the old version was seen to serve.
      const isHeard = !/^compose|^R|J[46] - before|(up|add) before/.test(
        done.findLast(({ kind }) => kind === 'hand')?.moment ?? '',
      )
      if (hands.at(-1) === 'down' && isHeard) expect(all(world)).toEqual([])
      if (hands.some((move) => takesDown(move)) || restartsEnd) return
      const isMeantToEnd = given.behaviour === 'completes' && service.news().length > 0
      if (!isMeantToEnd) expect(all(world).filter(isUp).length).toBeGreaterThanOrEqual(given.ran ?? given.scale)
      if (hands.some((move) => move.startsWith('edit') || move === 'move-tag' || move === 'pull-and-up')) return
      expect(service.olds().length === 0 || service.news().length === 0).toBe(true)
      expect(service.engine.file).toBe(service.news().length > 0 ? service.after : before)
    }),
    { ...search(3000), ...within, examples: [...byHandAsOneGoes, startedHalfMade, editedBack] },
  )
})

test.each(['edit-comment', 'edit-environment', 'edit-image'] as const)(
  'keeps what a person wrote into the file, whenever they did (%s)',
  async (move) => {
    await fc.assert(
      fc.asyncProperty(anyCase, fc.nat(40), machinery, async (given, at, script) => {
        const world = startComposeWorld(given)

        const { done } = await disturb(world, new Map([...script, [at, { kind: 'hand', move }]]))

        const { written } = done.find(({ kind }) => kind === 'hand') ?? {}
        if (written !== undefined) expect(world.service.engine.file).toBe(written)
      }),
      { ...search(500), ...within },
    )
  },
)
