import { expect, test } from 'vitest'
import { ended, newer } from '../../../test/fakes/decide-input.ts'
import type { ContainerSummary } from '../../clients/docker/containers.ts'
import { AppError } from '../../errors.ts'
import type { DockerDeps } from './docker-deps.ts'
import { findRollouts } from './find-rollouts.ts'
import { copyLabels, operationLabels } from './labels.ts'

const rollout = { ...ended(null, newer, 60), id: 'r1', target: 'local', oldInstance: 'old' }
const made = operationLabels(rollout, [])
const copied = copyLabels(rollout, [])

const summary = (id: string, name: string, labels: Readonly<Record<string, string>>): ContainerSummary => {
  return { id, name, image: 'web:1', imageId: 'sha256:1', labels, state: 'created' }
}

/** The engine cannot describe the image `bad`. */
const find = (...summaries: readonly ContainerSummary[]) => {
  const image = async (id: string) => {
    if (id === 'bad') throw new AppError('TARGET_FAILED', 'layer does not exist')
    return { Id: id }
  }
  const deps = { target: 'local', engine: { listContainers: async () => summaries }, inspections: { image } }
  return findRollouts(deps as unknown as DockerDeps, AbortSignal.timeout(1000)) // what is read here
}

test('a copy stands for the old version of its rollout', async () => {
  const found = await find(summary('new', 'web', made), summary('copy', 'web.longshore-prev', copied))

  expect(found).toMatchObject([{ operation: 'r1', hasOld: true, intent: { id: 'r1' } }])
})

test('a copy alone tells of its rollout: the new instance is gone, and so is the old one', async () => {
  const found = await find(summary('copy', 'web.longshore-prev', copied))

  expect(found).toMatchObject([{ operation: 'r1', workload: rollout.workload, hasOld: true, intent: { id: 'r1' } }])
})

test('a copy that is the workload again only tells that we were here', async () => {
  expect(await find(summary('copy', 'web', copied))).toMatchObject([{ operation: 'r1', intent: null }])
})

test('a copy that the next rollout replaces tells of no rollout to take up but that', async () => {
  const next = operationLabels({ ...rollout, id: 'r2', oldInstance: 'copy' }, [])

  const found = await find(summary('copy', 'web.longshore-prev', copied), summary('new', 'web.longshore-next', next))

  expect(found).toMatchObject([
    { operation: 'r1', intent: null },
    { operation: 'r2', hasOld: true, intent: { id: 'r2' } },
  ])
})

test('a rollout whose new version another replaced since is over, though what it replaced itself is still kept', async () => {
  const later = operationLabels({ ...rollout, id: 'r2', oldInstance: 'new' }, [])

  const found = await find(
    summary('old', 'web.longshore-prev.0123456789ab', {}),
    summary('new', 'web.longshore-prev', made),
    summary('newer', 'web', later),
  )

  expect(found).toMatchObject([
    { operation: 'r1', isOver: true },
    { operation: 'r2', hasOld: true },
  ])
  expect(found[1]).not.toHaveProperty('isOver')
})

test('a rollout whose old version stepped aside is over, also where what came after it left nothing', async () => {
  const old = '0123456789abcdef'
  const labels = operationLabels({ ...rollout, oldInstance: old }, [])
  const [under, aside] = ['web.longshore-prev', 'web.longshore-prev.0123456789ab']

  expect(await find(summary(old, aside, {}), summary('new', 'web', labels))).toMatchObject([{ isOver: true }])
  expect((await find(summary(old, under, {}), summary('new', 'web', labels)))[0]).not.toHaveProperty('isOver')
  expect(await find(summary(old, aside, made))).toMatchObject([{ isOver: true }])
  expect(await find(summary(old, aside, copied))).toMatchObject([{ isOver: true }])
})

test('what was made from nothing has no old version', async () => {
  const create = { ...rollout, procedure: 'create', oldInstance: '', fromImage: '' } as const

  expect(await find(summary('new', 'web', operationLabels(create, [])))).toMatchObject([
    { operation: 'r1', hasOld: false, intent: { procedure: 'create', oldInstance: '' } },
  ])
})

test('by labels that may be those of an image which the engine cannot describe nothing is taken up, and others are', async () => {
  const other = { ...rollout, id: 'r2', oldInstance: 'other-old' }

  const found = await find(
    { ...summary('new', 'web', made), imageId: 'bad' },
    summary('other', 'other', operationLabels(other, [])),
  )

  // That we were here is told all the same, so that after a lost state everything is held.
  expect(found).toMatchObject([
    { operation: 'r1', intent: null },
    { operation: 'r2', intent: { id: 'r2' } },
  ])
})
