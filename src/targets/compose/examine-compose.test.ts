import { afterEach, expect, test } from 'vitest'
import { composeContainer } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { AppError } from '../../errors.ts'
import { examineCompose } from './examine-compose.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
afterEach(() => stage.close())

test('names what a proxy refuses Compose, where there are services', async () => {
  stage = stageCompose([composeContainer()])
  stage.world.refused = 'GET /volumes/{id}'

  expect(await examineCompose(stage.deps, signal)).toEqual([
    { isFault: false, sentence: 'Compose services are rolled out by docker compose 2.26.1', remedy: null },
    {
      isFault: false,
      sentence: 'docker compose may fail: the proxy refuses GET /volumes/{id}',
      remedy: expect.stringContaining('docs/socket-proxy.md'),
    },
  ])
})

test('asks for nothing where there are no services, or no Compose', async () => {
  stage = stageCompose()
  stage.world.refused = 'GET /volumes/{id}'
  const find = () => Promise.reject(new AppError('COMPOSE_MISSING', 'there is no docker compose'))
  const without = { ...stage.deps, compose: { ...stage.deps.compose, find } }

  expect(await examineCompose(stage.deps, signal)).toHaveLength(1)
  expect(await examineCompose(without, signal)).toMatchObject([
    { sentence: 'Compose services are not rolled out: there is no docker compose' },
  ])
})
