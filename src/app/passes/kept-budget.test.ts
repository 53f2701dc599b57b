import { afterEach, expect, test } from 'vitest'
import { digest, newer, running } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { host, startListed } from '../../../test/fakes/listed.ts'
import { AppError } from '../../errors.ts'
import type { Urgency } from '../../registries/registry.ts'
import { runPass } from './run-pass.ts'
import { runService } from './run-service.ts'

const kept = 'the host grants only 5 of 100 requests more for now; they are kept for rollouts'
const repository = { registry: host, repository: 'web' }

let end = async (): Promise<void> => {}
afterEach(() => end())

type Followed = Pick<ReturnType<typeof startFollowed>, 'app' | 'queue' | 'stop' | 'world'>

/** A registry that keeps what is left of its budget: a background question of that kind is refused. */
function keep({ app }: Followed, question: 'resolve' | 'describe') {
  const whole = app.registryFor(host)
  const asked: string[] = []
  const admit = (what: typeof question, urgency: Urgency = 'wanted'): void => {
    if (what !== question) return
    asked.push(urgency)
    if (urgency === 'background') throw new AppError('REGISTRY_RATE_LIMITED', kept)
  }
  Object.assign(app, {
    registryFor: (): typeof whole => ({
      ...whole,
      async resolve(...given) {
        admit('resolve', given[4])
        return whole.resolve(...given)
      },
      async describe(...given) {
        admit('describe', given[4])
        return whole.describe(...given)
      },
    }),
  })
  return asked
}

async function serve({ app, queue, stop, world }: Followed): Promise<void> {
  const service = runService(app, queue, stop.signal)
  end = async () => {
    stop.abort()
    await service
  }
  await world.clock.pass(2000)
}

/** A workload whose tag names something newer, of which nothing is known yet. */
function startFollowing() {
  const web = workloadAt(host, 'web', running)
  const followed = startFollowed([web])
  followed.world.tags.set('web', newer)
  return { ...followed, web, asked: keep(followed, 'describe') }
}

/** A workload whose policy chooses among tags, of which a better one was pushed. */
async function startChoosing() {
  const listed = await startListed('semver', { '1.4.1': running, '1.4.2': digest('d') })
  return { ...listed, asked: keep(listed, 'resolve') }
}

const unknown = { state: 'unknown', reason: { code: 'REGISTRY_RATE_LIMITED', sentence: expect.stringContaining(kept) } }

test.each([
  ['what a new digest holds', startFollowing],
  ['what a better tag names', startChoosing],
])('a poll asks for %s in the background, and the workload says what it waits for', async (_what, start) => {
  const followed = await start()

  await serve(followed)

  expect(new Set(followed.asked)).toEqual(new Set(['background']))
  expect(await followed.store.workload(followed.web.id)).toMatchObject(unknown)
  expect(await followed.store.rollouts(followed.web.id, 1)).toEqual([])
})

test.each([
  ['an event', startFollowing, { kind: 'scan', repository, at: Infinity }],
  ['a person', startFollowing, { kind: 'decide', workload: 'local/container/web' }],
  ['an event', startChoosing, { kind: 'scan', repository, at: Infinity }],
  ['a person', startChoosing, { kind: 'decide', workload: 'local/container/web' }],
] as const)('what %s waits for is asked all the same', async (_who, start, nudge) => {
  const followed = await start()
  await serve(followed)

  followed.app.nudges.send(nudge)
  await followed.world.clock.pass(5000)

  expect(followed.asked).toContain('wanted')
  expect(await followed.store.rollouts(followed.web.id, 1)).toHaveLength(1)
})

test.each([
  ['all', null, 'background'],
  ['one workload', 'local/container/web', 'wanted'],
])('a pass over %s asks as its scans do', async (_what, only, urgency) => {
  const followed = startFollowing()

  const passed = runPass(followed.app, followed.queue, followed.stop.signal, only)
  await followed.world.clock.pass(60_000)
  await passed

  expect(new Set(followed.asked)).toEqual(new Set([urgency]))
})
