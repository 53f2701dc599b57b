import { afterEach, describe, expect, test } from 'vitest'
import { composeContainer, composeLabels } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { container } from '../../../test/fakes/inspect.ts'
import { AppError } from '../../errors.ts'
import { listWorkloads } from './list-workloads.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
afterEach(() => stage?.close())

const ids = async () => (await listWorkloads(stage.deps, signal)).map(({ id }) => id)

describe('the workloads of Compose', () => {
  test('are its services, one each however many instances they have', async () => {
    stage = stageCompose([
      composeContainer({ number: 2 }),
      composeContainer(),
      composeContainer({ service: 'db' }),
      composeContainer({ project: 'other' }),
      container(),
    ])

    expect(await ids()).toEqual(['local/compose/shop/web', 'local/compose/shop/db', 'local/compose/other/web'])
    expect(await listWorkloads(stage.deps, signal)).toMatchObject([{ scale: 2, instance: 'shop-web-1-id' }, {}, {}])
  })

  test('are not those that an image makes itself out to be', async () => {
    const labels = composeLabels({ project: 'shop', service: 'web' })
    stage = stageCompose([{ ...container({ Config: { Labels: labels } }), Image: 'sha256:forged' }])
    stage.world.images.set('sha256:forged', { Id: 'sha256:forged', Config: { Labels: labels } })

    expect(await ids()).toEqual([])
  })

  test('are those too whose image says the same of itself, as `docker compose build` writes it', async () => {
    stage = stageCompose([composeContainer()])
    const labels = composeLabels({ project: 'shop', service: 'web', version: '2.26.1' })
    stage.world.images.set('sha256:old', { Id: 'sha256:old', Config: { Labels: labels } })

    expect(await listWorkloads(stage.deps, signal)).toMatchObject([{ id: 'local/compose/shop/web', scale: 1 }])
  })

  test('have none of the labels that their image brought', async () => {
    stage = stageCompose([composeContainer({ labels: { 'longshore.watch': 'true', 'longshore.order': 'stop-first' } })])
    stage.world.images.set('sha256:old', { Id: 'sha256:old', Config: { Labels: { 'longshore.watch': 'true' } } })

    const [web] = await listWorkloads(stage.deps, signal)

    expect(web?.labels).toMatchObject({ 'longshore.order': 'stop-first' })
    expect(web?.labels).not.toHaveProperty('longshore.watch')
  })

  test('are left alone where their image is gone', async () => {
    stage = stageCompose([composeContainer({ image: 'sha256:gone' })])

    expect(await listWorkloads(stage.deps, signal)).toMatchObject([{ leftAlone: { code: 'IMAGE_GONE' } }])
  })

  test('are left alone with the reason where the engine fails to describe their image, and no others are', async () => {
    stage = stageCompose([composeContainer({ image: 'sha256:bad' }), composeContainer({ service: 'db' })])
    const failure = new AppError('TARGET_FAILED', 'layer does not exist')
    const { inspectImage } = stage.deps.engine
    stage.deps.engine.inspectImage = async (id, asked) => {
      if (id === 'sha256:bad') throw failure
      return inspectImage(id, asked)
    }

    expect(await listWorkloads(stage.deps, signal)).toMatchObject([
      { name: 'shop/web', leftAlone: { code: 'NOT_READABLE' } },
      { name: 'shop/db', leftAlone: null },
    ])
  })

  test('are not the containers that `docker compose run` made', async () => {
    stage = stageCompose([composeContainer({ labels: composeLabels({ oneoff: 'True' }) })])

    expect(await ids()).toEqual([])
  })
})
