import { afterEach, describe, expect, test } from 'vitest'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { digest, ended, newer, override, row, running } from '../../../test/fakes/decide-input.ts'
import type { InstanceFacts } from '../../rollout/facts.ts'
import { previousName } from '../../rollout/names.ts'
import type { Workload } from '../../targets/target.ts'
import { createControl } from '../words/create-control.ts'
import { runService } from './run-service.ts'

const host = 'registry.example.com'
const web = workloadAt(host, 'web', running)
const shop = workloadAt(host, 'shop', running)
const newest = digest('d')

type Followed = ReturnType<typeof startFollowed>

let end = async (): Promise<void> => {}
afterEach(() => end())

/** Runs the service over workloads whose tags name something newer, until the test is over. */
async function start(workloads: readonly Workload[], prepare: (followed: Followed) => void | Promise<void> = () => {}) {
  const followed = startFollowed(workloads, { rollout: 1 })
  for (const each of workloads) followed.world.tags.set(each.name, newer)
  await prepare(followed)
  const service = runService(followed.app, followed.queue, followed.stop.signal)
  end = async () => {
    followed.stop.abort()
    await service
  }
  await followed.clock.pass(0)
  return followed
}

const begun = async ({ store }: Followed, { id }: Workload) =>
  (await store.rollouts(id, 50)).map((each) => each.digest).toReversed()

const asked = ({ world }: Followed, what: string) => world.asked.filter((each) => each === what).length

function hang() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { isOver: promise, release: () => resolve() }
}

test.each(['resolve', 'describe'] as const)(
  'a registry that hangs at %s stalls no other workload',
  async (question) => {
    const slow = hang()
    const followed = await start([web, shop], ({ world }) => {
      world.hold[question] = async (repository) => (repository === 'web' ? slow.isOver : undefined)
    })
    const before = asked(followed, 'resolve shop')
    expect(await begun(followed, shop)).not.toEqual([])

    // Decided because it changed, not because it was scanned.
    followed.world.workloads = [{ ...web, instance: 'recreated' }, shop]
    followed.world.ring()
    await followed.clock.pass(330_000)

    expect(asked(followed, 'resolve shop')).toBeGreaterThan(before)
    slow.release()
  },
)

test('what begins is decided when its turn has come', async () => {
  const slow = hang()
  const followed = await start([shop, web], ({ world }) => {
    world.hold.observe = async (id) => (id === shop.id ? slow.isOver : undefined)
  })
  followed.world.tags.set('web', newest)
  await followed.clock.pass(330_000)

  slow.release()
  await followed.clock.pass(0)

  expect(await begun(followed, web)).toEqual([newest])
})

test('its target is looked at closely once for what is decided and begins at once', async () => {
  const slow = hang()
  let looks = 0
  const definition = { files: [], edit: null, followers: [], isDivisible: true, hash: null }
  const prepare = async () => ({ kind: 'ready', definition, looks: (looks += 1) })
  const followed = await start([web], ({ app, world }) => {
    for (const target of app.targets) Object.assign(target, { prepare })
    world.hold.observe = () => slow.isOver
  })

  expect(asked(followed, `observe ${web.id}`)).toBe(1)
  expect(looks).toBe(1)
  slow.release()
})

test('a look from before our own rollout is not taken for a change by hand', async () => {
  const slow = hang()
  const followed = await start([web], async ({ world, store }) => {
    await store.saveWorkload(row({ id: web.id, image: web.image }))
    world.hold.resolve = () => slow.isOver
  })
  const rolledOut = { ...ended('succeeded', newer, 0), workload: web.id }
  await followed.store.saveRollout(rolledOut, { baselineImage: digest('2') })
  followed.world.workloads = [
    { ...web, instance: 'new', imageId: digest('2'), repositoryDigests: [`${host}/web@${newer}`] },
  ]
  followed.world.ring()
  await followed.clock.pass(1000)

  slow.release()
  await followed.clock.pass(1000)

  expect((await followed.store.history({ limit: 10 })).filter(({ kind }) => kind === 'held')).toEqual([])
  expect(await followed.store.workload(web.id)).toMatchObject({ state: 'current' })
})

test('an old version whose successor was stopped by hand after all is looked after now and then', async () => {
  const stopped: InstanceFacts = {
    ...blankInstance,
    status: 'exited',
    startedAt: '2026-11-20T11:00:00Z',
    stoppedByHand: true,
  }
  const followed = await start([], async ({ world, store }) => {
    const kept = { ...ended('succeeded', newer, 700), stage: 'kept', keepUntil: '2026-11-20T11:59:00Z' } as const
    await store.saveRollout(kept)
    world.facts = {
      ...world.facts,
      old: { ...stopped, id: 'old', name: previousName('web') },
      new: { ...stopped, id: 'new', name: 'web' },
    }
  })

  await followed.clock.pass(600_000)

  expect(asked(followed, `observe ${web.id}`)).toBeLessThanOrEqual(3)
})

test('what failed by its surroundings is tried again in its time, not at the next poll', async () => {
  const followed = await start([web])
  await followed.clock.pass(1000)
  expect(await begun(followed, web)).toHaveLength(1)

  await followed.clock.pass(35_000)

  expect(await begun(followed, web)).toHaveLength(2)
})

test('a rollout that cannot be written down is tried again soon, and not over and over', async () => {
  let tries = 0
  const followed = await start([web], ({ app }) => {
    app.store.saveRollout = async () => {
      tries += 1
      throw new Error('no space left on device')
    }
  })

  await followed.clock.pass(60_000)

  expect(tries).toBeGreaterThan(3)
  expect(tries).toBeLessThan(10)
})

test('setting the clock back delays no poll', async () => {
  const followed = await start([web])
  const before = asked(followed, 'resolve web')

  followed.clock.set(followed.clock.now() - 3_600_000)
  await followed.clock.pass(330_000)

  expect(asked(followed, 'resolve web')).toBe(before + 1)
})

describe("a person's word", () => {
  const word = { actor: 'ada', reason: null }

  test('is carried out at once, not at the next poll', async () => {
    const followed = await start([web], async ({ world, store }) => {
      world.tags.set('web', running)
      world.tags.set('web:2', newest)
      await store.saveWorkload(row({ id: web.id, image: web.image }))
    })
    expect(await begun(followed, web)).toEqual([])

    await createControl(followed.app).pin(web.id, '2', word)
    await followed.clock.pass(1000)

    expect(await begun(followed, web)).toEqual([newest])
  })

  test('makes what failed be tried again before its time', async () => {
    const followed = await start([web])
    await followed.clock.pass(1000)
    expect(await begun(followed, web)).toHaveLength(1)

    await createControl(followed.app).deploy(web.id, null, word)
    await followed.clock.pass(1000)

    expect(await begun(followed, web)).toHaveLength(2)
  })

  test('on everything lets every workload go at once', async () => {
    const followed = await start([web, shop], ({ store }) =>
      store.setPause({ workload: null, until: null, actor: 'ada', reason: null, since: '2026-11-20T11:00:00.000Z' }),
    )
    expect([await begun(followed, web), await begun(followed, shop)]).toEqual([[], []])

    await createControl(followed.app).resume(null, word)
    await followed.clock.pass(1000)

    expect([await begun(followed, web), await begun(followed, shop)]).toEqual([[newer], [newer]])
  })

  test('of another process is found at the next look', async () => {
    const followed = await start([web], ({ world }) => void world.tags.set('web', running))

    const since = '2026-11-20T12:00:00.000Z'
    await followed.store.setOverride(override({ tag: '1', digest: newest, since }))
    followed.world.ring()
    await followed.clock.pass(1000)

    expect(await begun(followed, web)).toEqual([newest])
  })

  test('that a pause ends by itself at some time needs nobody to say so again', async () => {
    const followed = await start([web], ({ store }) =>
      store.setPause({
        workload: web.id,
        until: '2026-11-20T12:01:00.000Z',
        actor: 'ada',
        reason: null,
        since: '2026-11-20T11:00:00.000Z',
      }),
    )

    await followed.clock.pass(58_000)
    expect(await begun(followed, web)).toEqual([])
    await followed.clock.pass(4000)

    expect(await begun(followed, web)).toEqual([newer])
  })
})

describe('when a pause ends by itself, what was pushed since the last poll', () => {
  test.each([
    ['of one workload', web.id],
    ['of everything', null],
  ])('is rolled out at once after one %s', async (_, workload) => {
    const followed = await start([web], async ({ world, store }) => {
      world.tags.set('web', running)
      const until = '2026-11-20T12:01:00.000Z'
      await store.setPause({ workload, until, actor: 'ada', reason: null, since: '2026-11-20T11:00:00.000Z' })
    })
    await followed.clock.pass(30_000)
    followed.world.tags.set('web', newer)

    await followed.clock.pass(28_000)
    expect(await begun(followed, web)).toEqual([])
    await followed.clock.pass(4000)

    expect(await begun(followed, web)).toEqual([newer])
  })
})

const scan = (followed: Followed, registry: string, repository: string) =>
  followed.app.nudges.send({ kind: 'scan', repository: { registry, repository }, at: followed.clock.elapsed() })

test('a nudge has a repository looked at and its workloads decided at once, and no other', async () => {
  const followed = await start([web, shop], ({ world }) => {
    world.tags.set('web', running)
    world.tags.set('shop', running)
  })
  followed.world.asked.length = 0
  followed.world.tags.set('web', newest)
  await followed.clock.pass(1)

  scan(followed, host, 'web')
  await followed.clock.pass(0)

  expect(followed.world.asked.filter((each) => each.startsWith('resolve'))).toEqual(['resolve web'])
  expect(await begun(followed, web)).toEqual([newest])
})

test('a nudge about what nobody follows leads to no look', async () => {
  const followed = await start([web])
  followed.world.asked.length = 0

  scan(followed, 'elsewhere.example.com', 'web')
  scan(followed, host, 'evil')
  await followed.clock.pass(0)

  expect(followed.world.asked.filter((each) => each.startsWith('resolve'))).toEqual([])
})

test('what was pushed without any event is found by the next poll (I7)', async () => {
  const followed = await start([web], ({ world }) => void world.tags.set('web', running))
  followed.world.tags.set('web', newest)

  await followed.clock.pass(330_000)

  expect(await begun(followed, web)).toContain(newest)
})
