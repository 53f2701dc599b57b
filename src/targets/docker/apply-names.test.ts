import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { container } from '../../../test/fakes/inspect.ts'
import type { Engine } from '../../clients/docker/engine.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import { rename } from './apply-names.ts'

const { signal } = new AbortController()

/** An engine on which `web` is taken until it has refused that many times, by what `holder` shows. */
function engineWith(refusals: number, holder: ContainerInspect | null) {
  const own = { ...container(), Id: 'own', Name: '/web.longshore-prev' }
  let refused = 0
  const engine: Pick<Engine, 'renameContainer' | 'inspectContainer'> = {
    renameContainer: async () => {
      if (refused < refusals) {
        refused += 1
        throw new AppError('TARGET_CONFLICT', 'the name "/web" is already in use')
      }
      own.Name = '/web'
    },
    inspectContainer: async (id) => (id === 'own' ? own : holder),
  }
  // Nothing else is asked of it.
  return { own, engine: engine as Engine, refused: () => refused }
}

const removing: ContainerInspect = { ...container(), State: { ...container().State, Status: 'removing' } }

test.each([
  ['of one that is being removed', removing],
  ['of one that is gone already', null],
])('a name %s is waited for', async (_, holder) => {
  const { engine, own } = engineWith(20, holder)

  await rename({ engine, clock: startFakeClock() }, 'own', 'web', signal)

  expect(own.Name).toBe('/web')
})

test('a name that somebody has is refused at once', async () => {
  const { engine, refused } = engineWith(1, container())

  await expect(rename({ engine, clock: startFakeClock() }, 'own', 'web', signal)).rejects.toThrow('already in use')
  expect(refused()).toBe(1)
})

test('a name that never comes free is not waited for longer than ten seconds', async () => {
  const { engine } = engineWith(10_000, null)
  const clock = startFakeClock()

  await expect(rename({ engine, clock }, 'own', 'web', signal)).rejects.toThrow('already in use')
  expect(clock.elapsed()).toBeLessThan(10_200)
})

test('a container that has the name already keeps it', async () => {
  const { engine, own } = engineWith(1, container())
  own.Name = '/web'

  await expect(rename({ engine, clock: startFakeClock() }, 'own', 'web', signal)).resolves.toBeUndefined()
})
