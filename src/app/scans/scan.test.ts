import { beforeEach, expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import type { Registry, Urgency } from '../../registries/registry.ts'
import { AppError } from '../../errors.ts'
import { planScans, type ScanWork } from './scan-plan.ts'
import { scan } from './scan.ts'
import { watchedWorkloads } from '../workloads/watched-workloads.ts'

const host = 'registry.example.com'

let followed: ReturnType<typeof startFollowed>
let work: ScanWork
let answers: PromiseWithResolvers<void>

beforeEach(async () => {
  followed = startFollowed([workloadAt(host, 'web', digest('1'))])
  const [target] = followed.app.targets
  const [planned] =
    target === undefined ? [] : planScans(await watchedWorkloads(followed.app, target, followed.stop.signal))
  if (planned === undefined) throw new Error('there is one repository')
  work = planned
  answers = Promise.withResolvers<void>()
  followed.world.hold.resolve = () => answers.promise
})

const begin = (what: ScanWork, notBefore: number, urgency: Urgency = 'background') =>
  scan(followed.app, followed.queue, what, { signal: followed.stop.signal, notBefore, urgency })

const digestOf = async (tag: string) => (await followed.store.tagObservation(host, 'web', tag))?.digest

test('a look that is asked for while an older wish waits for its turn takes place', async () => {
  const running = begin(work, 0)
  followed.clock.advance(1000)
  // As the poll of another target, which a look of just now is enough for.
  const poll = begin(work, -1000)
  const nudge = begin(work, followed.clock.elapsed())
  followed.world.tags.set('web', digest('2'))

  answers.resolve()
  await Promise.all([running, poll, nudge])

  expect(followed.world.asked.filter((each) => each === 'resolve web')).toHaveLength(2)
})

test('the tags of all who wait for a repository are looked up', async () => {
  const running = begin(work, 0)
  followed.clock.advance(1000)
  const one = begin({ ...work, tags: ['2'] }, followed.clock.elapsed())
  const other = begin({ ...work, tags: ['3'] }, followed.clock.elapsed())
  followed.world.tags.set('web', digest('2'))

  answers.resolve()
  await Promise.all([running, one, other])

  expect([await digestOf('2'), await digestOf('3')]).toEqual([digest('2'), digest('2')])
})

test('a poll that waits for its turn asks as urgently as who joins it', async () => {
  const urgencies: (Urgency | undefined)[] = []
  const whole = followed.app.registryFor(host)
  const resolve: Registry['resolve'] = (...given) => {
    urgencies.push(given[4])
    return whole.resolve(...given)
  }
  const app = { ...followed.app, registryFor: () => ({ ...whole, resolve }) }
  followed = { ...followed, app }
  const running = begin(work, 0)
  followed.clock.advance(1000)
  const poll = begin(work, followed.clock.elapsed())
  const event = begin(work, followed.clock.elapsed(), 'wanted')

  answers.resolve()
  await Promise.all([running, poll, event])

  expect(urgencies).toEqual(['background', 'wanted'])
})

test('a tag that was looked up recently enough is not asked for again', async () => {
  answers.resolve()
  await begin(work, 0)

  await begin(work, -1)

  expect(followed.world.asked.filter((each) => each === 'resolve web')).toHaveLength(1)
})

test('what the state did not take was looked up for nobody', async () => {
  const { store, world, clock } = followed
  const { saveTagObservation } = store
  answers.resolve()
  store.saveTagObservation = () => Promise.reject(new AppError('STATE_UNWRITABLE', 'the disk is full'))
  await expect(begin(work, clock.elapsed())).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' })
  store.saveTagObservation = saveTagObservation

  await begin(work, clock.elapsed())

  expect(world.asked.filter((each) => each === 'resolve web')).toHaveLength(2)
})
