import { afterEach, describe, expect, test } from 'vitest'
import { composeContainer, composeLabels, created, type GivenMember } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { AppError } from '../../errors.ts'
import { clearLeftovers } from './leftovers.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
afterEach(() => stage?.close())

const old: GivenMember = { id: 'old' }
/** What Compose creates beside the old one, before it stops that. */
const beside: GivenMember = {
  id: 'next',
  name: '0123456789ab_shop-web-1',
  labels: composeLabels({ replace: 'old' }),
  state: created,
}

async function cleared(...given: readonly GivenMember[]): Promise<readonly string[]> {
  stage = stageCompose(given.map(composeContainer))
  await clearLeftovers(stage.deps, 'shop', ['web'], signal)
  return stage.world.done
}

describe('of an `up` that was killed', () => {
  test('the new container goes while the old one is there', async () => {
    expect(await cleared(old, beside)).toEqual(['remove next'])
  })

  test('the new container has its lasting name once the old one is gone', async () => {
    expect(await cleared(beside)).toEqual(['rename next shop-web-1'])
  })

  test.each<[string, GivenMember]>([
    ['that was started', { ...beside, state: {} }],
    ['that was started once', { ...beside, state: { Status: 'created', Running: false } }],
    ['that replaces nothing', { ...beside, labels: {} }],
    ['under a lasting name', { ...beside, name: 'shop-web-2', number: 2 }],
    ['of another service', { ...beside, service: 'api' }],
    ['of another project', { ...beside, project: 'other' }],
  ])('a container %s is left', async (_, given) => {
    expect(await cleared(old, given)).toEqual([])
  })

  test('a name that cannot be given keeps nothing from serving on the way back, and the way forward ends', async () => {
    stage = stageCompose([composeContainer(beside)])
    const engine = {
      ...stage.deps.engine,
      renameContainer: () => Promise.reject(new AppError('TARGET_FORBIDDEN', 'no')),
    }
    const clear = (isWayBack: boolean) => clearLeftovers({ ...stage.deps, engine }, 'shop', ['web'], signal, isWayBack)

    await clear(true)
    await expect(clear(false)).rejects.toMatchObject({ code: 'TARGET_FORBIDDEN' })
  })

  test('nothing is left to do the second time', async () => {
    await cleared(old, beside)
    await clearLeftovers(stage.deps, 'shop', ['web'], signal)

    expect(stage.world.done).toEqual(['remove next'])
  })
})
