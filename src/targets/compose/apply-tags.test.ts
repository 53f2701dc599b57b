import { afterEach, expect, test } from 'vitest'
import { composeRollout } from '../../../test/fakes/compose-change.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { moveTag, tagOld } from './apply-tags.ts'

const context = { signal: new AbortController().signal }
const rollout = composeRollout()
let stage: ReturnType<typeof stageCompose>
afterEach(() => stage?.close())

test('the tag of the file names the candidate, however often that is asked for', async () => {
  stage = stageCompose()
  stage.world.images.set(`web@${rollout.digest}`, { Id: 'sha256:new' })

  await moveTag(stage.deps, rollout, context)
  await moveTag(stage.deps, rollout, context)

  expect(stage.world.images.get('web:1')?.Id).toBe('sha256:new')
})

test('a candidate that is gone is said to be so, and the tag stays', async () => {
  stage = stageCompose()

  await expect(moveTag(stage.deps, rollout, context)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
  expect(stage.world.done).toEqual([])
})

test.each([
  ['web:1', 'web:1'],
  ['web', 'web:latest'],
  ['docker.io/library/web:1', 'web:1'],
  ['localhost:5000/web', 'localhost:5000/web:latest'],
  [`localhost:5000/web:1@${rollout.digest}`, 'localhost:5000/web:1'],
])('where the old version runs as %s, %s is its image again', async (fromReference, tag) => {
  stage = stageCompose()

  await tagOld(stage.deps, { ...rollout, fromReference }, context)

  expect(stage.world.done).toEqual([`tag ${tag} sha256:old`])
})
