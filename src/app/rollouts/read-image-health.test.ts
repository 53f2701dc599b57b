import { expect, test } from 'vitest'
import { ended, newer, running } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { AppError } from '../../errors.ts'
import type { ImageHealth } from '../../rollout/image-health.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { runPass } from '../passes/run-pass.ts'

const health: ImageHealth = { hasCheck: true, intervalMs: 1000, timeoutMs: 0, startPeriodMs: 0, retries: 0 }
const document = { config: { Healthcheck: { Test: ['CMD', 'check'] } } }

/** A rollout of what is newer, at a target that can make something of an image's document or not. */
async function begin(canRead: boolean, readConfig: () => Promise<unknown>, before: Partial<Rollout> | null = null) {
  const web = workloadAt('registry.example.com', 'web', running)
  const followed = startFollowed([web])
  if (before !== null) await followed.store.saveRollout({ ...ended('failed', newer, 60), workload: web.id, ...before })
  followed.world.tags.set('web', newer)
  const read: unknown[] = []
  const registry = { ...followed.app.registryFor('registry.example.com'), readConfig: (...[, config]: unknown[]) => (read.push(config), readConfig()) }
  const [target] = followed.app.targets
  const readImageHealth = (given: unknown) => (expect(given).toEqual(document), health)
  Object.assign(followed.app, { registryFor: () => registry, targets: [{ ...target, ...(canRead && { readImageHealth }) }] })

  const passed = runPass(followed.app, followed.queue, followed.stop.signal)
  await followed.clock.pass(60_000)
  await passed

  const [rollout] = await followed.store.rollouts(web.id, 1)
  return { rollout: rollout as Rollout, read: read.length } // each begins one
} // prettier-ignore

test('what an image says of its health is known before anything is told', async () => {
  const { rollout, read } = await begin(true, async () => document)

  expect(rollout).toMatchObject({ digest: newer, imageHealth: health })
  expect(read).toBe(1)
})

test('a registry that does not tell keeps nothing back', async () => {
  const { rollout, read } = await begin(true, () => Promise.reject(new AppError('REGISTRY_NOT_FOUND', 'it is gone')))

  expect(rollout.digest).toBe(newer)
  expect(rollout).not.toHaveProperty('imageHealth')
  expect(read).toBe(1)
})

test('nor does it have to tell again what it told of that digest before', async () => {
  const { rollout, read } = await begin(true, async () => document, {
    id: 'before',
    imageHealth: health,
    createdAt: '2020-01-01T00:00:00.000Z',
    endedAt: '2020-01-01T00:01:00.000Z',
  })

  expect(rollout).toMatchObject({ digest: newer, imageHealth: health })
  expect(rollout.id).not.toBe('before')
  expect(read).toBe(0)
})

test('no registry is asked where the target sees it by itself', async () => {
  const { rollout, read } = await begin(false, async () => document)

  expect(rollout).not.toHaveProperty('imageHealth')
  expect(read).toBe(0)
})
