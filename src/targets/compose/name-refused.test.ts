import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import { namingRefused } from './name-refused.ts'

const { signal } = new AbortController()
const project: ComposeProject = { files: [], projectDirectory: '/srv', project: 'shop', envFiles: [], profiles: [] }
const page = new AppError('TARGET_FORBIDDEN', 'a proxy before the engine refused something')
const failing = (error: AppError) => async () => {
  throw error
}
let stage: ReturnType<typeof stageCompose>
beforeEach(() => (stage = stageCompose()))
afterEach(() => stage.close())

describe.each(['up', 'dryRunUp'] as const)('a refusal in the middle of %s', (command) => {
  const ask = (error: AppError, missingRights = stage.deps.engine.missingRights) => {
    const compose = { ...stage.deps.compose, [command]: failing(error) }
    return namingRefused(compose, { missingRights })[command](project, ['web'], {}, signal)
  }

  test.each(['DELETE /containers/{id}', 'PUT /containers/{id}/archive', 'GET /info', 'GET /images/json'])(
    'is told by the right that is missing: %s',
    async (right) => {
      stage.world.refused = right

      await expect(ask(page)).rejects.toMatchObject({ code: 'TARGET_FORBIDDEN', message: `the proxy refuses ${right}` })
    },
  )

  test('is told as Compose says it where all that is asked gets through, or nobody can be asked', async () => {
    await expect(ask(page)).rejects.toBe(page)
    const away = () => Promise.reject(new AppError('TARGET_UNAVAILABLE', 'away'))
    await expect(ask(page, away)).rejects.toBe(page)
  })

  test('says a sentence that is true of each request once', async () => {
    const closed = new AppError('TARGET_FORBIDDEN', 'no access to the engine at /docker.sock')

    await expect(ask(page, async () => [closed, closed])).rejects.toMatchObject({ message: closed.message })
  })

  test('is not looked for in any other failure', async () => {
    stage.world.refused = 'GET /info'
    const full = new AppError('TARGET_FAILED', 'no space left on device')

    await expect(ask(full)).rejects.toBe(full)
  })
})
