import { afterEach, expect, test } from 'vitest'
import { digest, newer, override, running } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import { createFakePauses } from '../../../test/fakes/registry-pauses.ts'
import { AppError } from '../../errors.ts'
import { why } from '../answers/why.ts'
import { runPass } from './run-pass.ts'
import { runService } from './run-service.ts'

const limited = workloadAt('limited.example.com', 'blog', running)
const other = workloadAt('other.example.com', 'shop', running)

let end = async (): Promise<void> => {}
afterEach(() => end())

/** Two workloads that are due, on one target with one place; the first pull of each waits as told. */
function start(refusalMs: Readonly<Record<string, number>> = { blog: 120_000 }) {
  const followed = startFollowed([limited, other], { rollout: 1 })
  const { world, clock } = followed
  for (const name of ['blog', 'shop']) world.tags.set(name, newer)
  const app = { ...followed.app, registryPauses: createFakePauses(clock) }
  const pulls: string[] = []
  const refused = new Set<string>()
  for (const target of app.targets) {
    target.observe = async ({ name, oldInstance, restart }) => ({
      ...world.facts,
      // Once pulled, the old version is found removed by hand: that ends a rollout at once.
      old: pulls.includes(`${name} came`)
        ? null
        : { ...blankInstance, id: oldInstance, name, restart, status: 'running' as const },
      nameHolder: oldInstance,
    })
    target.apply = async ({ name }, effect, { pullPace }) => {
      if (effect !== 'pull') return
      const ms = refusalMs[name]
      if (ms === undefined || refused.has(name)) return void pulls.push(`${name} came`)
      refused.add(name)
      pulls.push(`${name} refused`)
      pullPace?.refused(ms, 'everything')
      throw new AppError('TARGET_PULL_FAILED', 'the registry asks to wait', { retryAfterMs: ms })
    }
  }
  return { ...followed, app, pulls }
}

async function serve(followed: ReturnType<typeof start>) {
  const service = runService(followed.app, followed.queue, followed.stop.signal)
  end = async () => {
    followed.stop.abort()
    await service
  }
  await followed.clock.pass(2000)
}

test('while one waits for its registry another has the place, and `why` tells what is waited for', async () => {
  const followed = start()
  await serve(followed)

  expect(followed.pulls).toEqual(['blog refused', 'shop came'])
  expect(await followed.store.workload(other.id)).not.toBeNull()
  const { sentences, state, reason } = await why(followed.app, limited.id)
  expect(state).toBe('rolling-out')
  expect(reason.sentence).toMatch(
    /^a rollout is at J1, and waits: limited\.example\.com asked .+; it goes on in \d min$/,
  )
  expect(sentences.join(' ')).toContain(
    'at step J1, and waits: limited.example.com asked to be left alone; it goes on in',
  )
})

test('it goes on by itself once the registry may be asked, and not before', async () => {
  const followed = start()
  await serve(followed)
  await followed.clock.pass(110_000)
  expect(followed.pulls.filter((each) => each.startsWith('blog'))).toEqual(['blog refused'])

  await followed.clock.pass(20_000)

  expect(followed.pulls.filter((each) => each.startsWith('blog'))).toEqual(['blog refused', 'blog came'])
  expect(await followed.store.rollouts(limited.id, 9)).toHaveLength(1)
})

test('a restart of ours does not make it ask too early', async () => {
  const followed = start()
  await serve(followed)
  await end()
  const again = { ...followed, queue: startFollowed([]).queue, stop: new AbortController() }
  const forgetful = { ...followed.app, registryPauses: createFakePauses(followed.clock) }
  const service = runService(forgetful, again.queue, again.stop.signal)
  end = async () => {
    again.stop.abort()
    await service
  }
  await followed.clock.pass(100_000)
  expect(followed.pulls.filter((each) => each.startsWith('blog'))).toEqual(['blog refused'])

  await followed.clock.pass(30_000)

  expect(followed.pulls.filter((each) => each.startsWith('blog'))).toEqual(['blog refused', 'blog came'])
})

test('what a person asks for meanwhile does not wait for the registry', async () => {
  const followed = start()
  await serve(followed)
  const since = new Date(followed.clock.now()).toISOString()
  await followed.store.setOverride(override({ workload: limited.id, digest: digest('9'), since }))
  followed.app.nudges.send({ kind: 'decide', workload: limited.id })
  await followed.clock.pass(2000)

  expect(await followed.store.rollouts(limited.id, 9)).toContainEqual(
    expect.objectContaining({
      digest: newer,
      outcome: 'superseded',
      reason: expect.objectContaining({ code: 'WITHDRAWN' }),
    }),
  )
})

test.each([
  ['a pass waits with it for a few minutes', 120_000, ['blog refused', 'shop came', 'blog came']],
  ['a pass leaves what waits for longer to the next one', 1_200_000, ['blog refused', 'shop came']],
])('%s', async (_, ms, expected) => {
  const followed = start({ blog: ms })
  const passed = runPass(followed.app, followed.queue, followed.stop.signal)
  await followed.clock.pass(300_000)

  const { rollouts } = await passed

  expect(followed.pulls).toEqual(expected)
  expect(rollouts.map(({ outcome }) => outcome).filter((each) => each === null)).toHaveLength(ms > 300_000 ? 1 : 0)
})
