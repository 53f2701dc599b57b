import { afterEach, expect, test } from 'vitest'
import { composeContainer } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { keepReference } from '../engine/keep-tag.ts'
import { findRollouts } from './find-rollouts.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
afterEach(() => stage?.close())

test('the tag that keeps an image of a service tells that we were there, and of no other service', async () => {
  stage = stageCompose([composeContainer(), composeContainer({ service: 'api' })])
  stage.world.images.set(keepReference('local/compose/shop/web', 'sha256:before'), { Id: 'sha256:before' })

  const [found, ...others] = await findRollouts(stage.deps, signal)

  expect(found).toMatchObject({ workload: 'local/compose/shop/web', intent: null, hasOld: false })
  expect(found?.operation).toMatch(/^kept-[0-9a-f]{32}$/)
  expect(others).toEqual([])
})

test.each([
  ['a tag of another target', keepReference('other/compose/shop/web', 'sha256:before')],
  ['a tag that somebody made up', 'localhost/longshore/keep:mine'],
  ['a tag of a plain container', keepReference('local/container/web', 'sha256:before')],
])('%s tells nothing', async (_, tag) => {
  stage = stageCompose([composeContainer()])
  stage.world.images.set(tag, { Id: 'sha256:before' })

  expect(await findRollouts(stage.deps, signal)).toEqual([])
})

test('an engine without a tag of ours is asked no more', async () => {
  stage = stageCompose([composeContainer()])
  const listContainers = () => Promise.reject(new Error('asked'))

  const engine = { ...stage.deps.engine, listContainers }

  expect(await findRollouts({ ...stage.deps, engine }, signal)).toEqual([])
})
