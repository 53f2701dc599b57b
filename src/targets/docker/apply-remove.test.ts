import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { container } from '../../../test/fakes/inspect.ts'
import type { Engine } from '../../clients/docker/engine.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { removeNew } from './apply-remove.ts'
import type { DockerDeps } from './docker-deps.ts'
import { operationLabel, replacesLabel } from './labels.ts'

const { signal } = new AbortController()
const rollout = { id: 'op', oldInstance: 'old', procedure: 'replace' } as Rollout // what removal reads

/** An engine that refuses to remove what it shows in the state `status`, and has removed it after some looks. */
function depsWith(status: ContainerInspect['State']['Status'], looks: number) {
  let left = looks
  const made = container()
  const fresh = {
    ...made,
    Id: 'new',
    State: { ...made.State, Status: status },
    Config: { ...made.Config, Labels: { [operationLabel]: 'op', [replacesLabel]: 'old' } },
  }
  const engine: Pick<Engine, 'inspectContainer' | 'removeContainer'> = {
    inspectContainer: async (id) => (id === 'new' && left-- > 0 ? fresh : null),
    removeContainer: async () => {
      throw new AppError('TARGET_CONFLICT', 'removal of container new is already in progress')
    },
  }
  const known = {
    newInstances: new Map([['op', 'new']]),
    inspections: { image: async () => ({ Id: 'sha256:new', Config: null }) },
  }
  // Nothing else is asked of it.
  const deps = { engine, clock: startFakeClock(), ...known } as unknown as DockerDeps
  return { deps, looksLeft: () => left }
}

test('what the engine is removing by itself is seen gone before anything takes its name', async () => {
  const { deps, looksLeft } = depsWith('removing', 20)

  await removeNew(deps, rollout, { signal })

  expect(looksLeft()).toBeLessThan(0)
})

test('what the engine refuses to remove for another reason stays refused', async () => {
  const { deps } = depsWith('exited', 20)

  await expect(removeNew(deps, rollout, { signal })).rejects.toThrow('already in progress')
})

test('takes no volume with it where the old instance is gone: what was made in its place may have to have them', async () => {
  const { deps } = depsWith('exited', 20)
  const removed: boolean[] = []
  const engine = {
    ...deps.engine,
    removeContainer: async (_id: string, volumes: boolean) => void removed.push(volumes),
  }

  await removeNew({ ...deps, engine }, rollout, { signal })

  expect(removed).toEqual([false])
})
