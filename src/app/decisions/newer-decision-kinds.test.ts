import { afterEach, expect, test } from 'vitest'
import { composeFacts, instance } from '../../../test/fakes/compose-facts.ts'
import { digest, newer, running } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { serviceFacts } from '../../../test/fakes/service-facts.ts'
import type { Digest } from '../../image/digest.ts'
import { AppError } from '../../errors.ts'
import type { Rollout, RolloutFacts } from '../../rollout/rollout.ts'
import type { Target } from '../../targets/target.ts'
import { runService } from '../passes/run-service.ts'

const newest = digest('d')
const pollMs = 330_000

const kinds = {
  compose: {
    id: 'local/compose/shop/web',
    procedure: 'compose',
    facts: ({ digest: to }: Rollout, done: ReadonlySet<string>): RolloutFacts =>
      composeFacts({
        olds: [instance('instance-web')],
        candidateImage: done.has(`pull ${to}`) ? `image of ${to}` : null,
        isProtected: done.has(`protect ${to}`),
        tagImage: done.has(`move-tag ${to}`) ? `image of ${to}` : null,
      }),
  },
  swarm: {
    id: 'local/swarm/web',
    procedure: 'service',
    facts: ({ digest: to }: Rollout, done: ReadonlySet<string>): RolloutFacts => {
      const told = done.has(`update-service ${to}`)
      return serviceFacts({
        candidateImage: to,
        running: 1,
        wanted: 1,
        ...(told && { told: 'after', update: 'updating', latestStart: null, running: 0, hasRun: true }),
      })
    },
  },
} as const

let end = async (): Promise<void> => {}
afterEach(() => end())

/** The service over a workload of a kind whose rollout to `newer` hangs at an effect, and any at bringing up. */
async function serve(kind: keyof typeof kinds, hangsAt: string) {
  const { id, procedure, facts } = kinds[kind]
  const web = { ...workloadAt('registry.example.com', 'web', running), id, kind, image: 'registry.example.com/web:1' }
  const followed = startFollowed([web])
  const { app, queue, stop, world } = followed
  world.tags.set('web', newer)
  const done = new Set<string>()
  const told: string[] = []
  const hang = Promise.withResolvers<void>()
  const act = async (what: string, { digest: to }: Rollout, signal: AbortSignal): Promise<void> => {
    told.push(`${what} ${nameOf(to)}`)
    if ((what === hangsAt && to === newer) || what === 'up') {
      const cutOff = new Promise<void>((_, reject) =>
        signal.addEventListener('abort', () => reject(new AppError('ABORTED', 'it was cut off'))),
      )
      await Promise.race([hang.promise, cutOff])
    }
    done.add(`${what} ${to}`)
  }
  const definition = { files: [], edit: null, followers: [], isDivisible: true, hash: null }
  const change: Partial<Target> = {
    kind,
    procedure,
    observe: async (rollout) => facts(rollout, done),
    apply: (rollout, effect, { signal }) => act(effect, rollout, signal),
    capture: async (rollout, signal) => {
      await act('capture', rollout, signal)
      return {}
    },
    ...(kind === 'compose' && { prepare: async () => ({ kind: 'ready', definition }) }),
  }
  for (const target of app.targets) Object.assign(target, change)
  const service = runService(app, queue, stop.signal)
  end = async () => {
    hang.resolve()
    stop.abort()
    await followed.clock.pass(60_000)
    await service
  }
  await followed.clock.pass(1_000)
  const rollouts = async () => (await followed.store.rollouts(id, 9)).toReversed()
  return { ...followed, told, rollouts, letGo: hang.resolve }
}

const nameOf = (to: Digest): string => (to === newer ? 'newer' : to === newest ? 'newest' : to)

const gaveWay = { digest: newer, outcome: 'superseded', reason: { code: 'NEWER_DECISION' }, candidateAtFault: false }

test('a Compose service whose image is still being pulled rolls out the newest alone', async () => {
  const { world, clock, told, rollouts } = await serve('compose', 'pull')
  expect(told).toEqual(['pull newer'])

  world.tags.set('web', newest)
  await clock.pass(pollMs)

  expect(await rollouts()).toMatchObject([gaveWay, { digest: newest }])
  expect(told.filter((each) => each.endsWith('newer'))).toEqual(['pull newer'])
  expect(told).toContain('up newest')
})

test('a Compose service whose tag was moved already goes on to the end', async () => {
  const { world, clock, told, rollouts } = await serve('compose', 'move-tag')

  world.tags.set('web', newest)
  await clock.pass(pollMs)

  expect(await rollouts()).toMatchObject([{ digest: newer, stage: 'forward' }])
  expect(told.at(-1)).toBe('move-tag newer')
})

test('a Compose service is not brought up where a pause came after its tag was moved, which is moved back', async () => {
  const { store, clock, told, rollouts, letGo } = await serve('compose', 'move-tag')

  const since = new Date(clock.now()).toISOString()
  await store.setPause({ workload: kinds.compose.id, until: null, actor: 'ada', reason: null, since })
  letGo()
  await clock.pass(60_000)

  expect(await rollouts()).toMatchObject([gaveWay])
  expect(told).toContain('tag-back newer')
  expect(told).not.toContain('up newer')
})

test('a Swarm service that was told nothing yet is told of the newest alone', async () => {
  const { world, clock, told, rollouts, letGo } = await serve('swarm', 'capture')
  expect(told).toEqual(['capture newer'])

  world.tags.set('web', newest)
  await clock.pass(pollMs)
  letGo()
  await clock.pass(5_000)

  expect(await rollouts()).toMatchObject([gaveWay, { digest: newest }])
  expect(told).not.toContain('update-service newer')
  expect(told).toContain('update-service newest')
})

test('a Swarm service pulls by itself once it was told, and goes on to the end', async () => {
  const { world, clock, told, rollouts } = await serve('swarm', 'update-service')

  world.tags.set('web', newest)
  await clock.pass(60_000)

  expect(await rollouts()).toMatchObject([{ digest: newer, stage: 'forward' }])
  expect(told).toEqual(['capture newer', 'update-service newer'])
})
