import { afterEach, describe, expect, test } from 'vitest'
import { composeRollout } from '../../../test/fakes/compose-change.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { digest } from '../../../test/fakes/decide-input.ts'
import { moveTag, tagOld } from './apply-tags.ts'
import type { ComposeDeps } from './compose-deps.ts'

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

describe('where somebody cleared the old image away while no container had it', () => {
  const pulled: unknown[] = []
  /** A registry that has, under the digest that ran before, the image of this id. */
  const withRegistry = (id: string) => {
    stage = stageCompose()
    stage.world.images.delete('sha256:old')
    pulled.length = 0
    const pull = async (request: { readonly repository: string; readonly reference: string }) => {
      pulled.push(request)
      const reference = `${request.repository}@${request.reference}`
      for (const name of [reference, id]) stage.world.images.set(name, { Id: id, RepoDigests: [reference] })
    }
    return { ...stage.deps, engine: { ...stage.deps.engine, pull } as unknown as ComposeDeps['engine'] }
  }

  test('it is pulled again by its digest', async () => {
    const deps = withRegistry('sha256:old')
    const pullAuth = { username: 'u', password: 'p', registry: 'docker.io', isIdentityToken: false }

    await tagOld(deps, { ...rollout, fromDigest: digest('a') }, { ...context, signIn: async () => pullAuth })

    expect(pulled).toEqual([{ repository: 'web', reference: digest('a'), platform: null, auth: pullAuth }])
    expect(stage.world.done).toEqual(['tag web:1 sha256:old'])
  })

  test('another image under its digest is not taken for it', async () => {
    const deps = withRegistry('sha256:other')

    await expect(tagOld(deps, { ...rollout, fromDigest: digest('a') }, context)).rejects.toMatchObject({
      code: 'TARGET_PULL_FAILED',
    })
    expect(stage.world.done).toEqual([])
  })

  test('one that no registry is known to have is said to be gone', async () => {
    const deps = withRegistry('sha256:old')

    await expect(tagOld(deps, rollout, context)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
    expect(pulled).toEqual([])
  })
})
