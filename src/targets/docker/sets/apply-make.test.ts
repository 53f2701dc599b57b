import { expect, test } from 'vitest'
import { containerOf, summaryOf } from '../../../../test/fakes/container-of.ts'
import { planned } from '../../../../test/fakes/planned.ts'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { asideName } from '../../../rollout/names.ts'
import type { Dependant } from '../../../rollout/dependant.ts'
import { createInspections } from '../../engine/inspections.ts'
import type { Labels } from '../../engine/own-labels.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { operationLabels, replacesLabel } from '../labels.ts'
import { removeOldDependants } from './apply-make.ts'

const { signal } = new AbortController()
const idOf = (digit: string) => digit.repeat(64)
const [good, bad, newest] = [idOf('1'), idOf('2'), idOf('3')]
const before = { ...planned('torrent', 0), id: 'r1', oldInstance: good }
const rollout = { ...planned('vpn', 0), id: 'r2', oldInstance: idOf('9') }
const plan = { instance: bad, name: 'torrent', image: 'sha256:app', restart: 'no', by: ['network'] } as const

const stopped = (id: string, name: string, Labels: Labels): ContainerInspect => {
  const container = containerOf(name)
  const State = { ...container.State, Status: 'exited', Running: false } as const
  return { ...container, Id: id, State, Config: { ...container.Config, Labels } }
}

/** What is left once the old instance of a dependant went, beside which one is kept that may be the last good one. */
async function leftAfter(
  state: Pick<Dependant, 'wasRunning' | 'isDown'>,
  name = 'torrent.longshore-prev',
): Promise<readonly string[]> {
  let containers = [
    stopped(good, asideName('torrent', good), {}),
    stopped(bad, name, operationLabels(before, [])),
    stopped(newest, 'torrent', { ...operationLabels(rollout, []), [replacesLabel]: bad }),
  ]
  const engine = {
    inspectImage: async (id: string) => ({ Id: id }),
    inspectContainer: async (id: string) => containers.find((each) => each.Id === id) ?? null,
    listContainers: async () => containers.map(summaryOf),
    removeContainer: async (id: string) => void (containers = containers.filter((each) => each.Id !== id)),
  }
  // Nothing else of it is asked here.
  const deps = { engine, inspections: createInspections(engine as never) } as unknown as DockerDeps
  await removeOldDependants(deps, { ...rollout, dependants: [{ ...plan, ...state }] }, { signal })
  return containers.map(({ Name }) => Name)
}

test('what stepped aside for a dependant goes with its old instance, once that of a rollout has proven itself', async () => {
  expect(await leftAfter({ wasRunning: true })).toEqual(['/torrent'])
})

test.each([{ wasRunning: false }, { wasRunning: true, isDown: true }])(
  'it stays where the new instance proved nothing: %o',
  async (state) => {
    expect(await leftAfter(state)).toEqual([`/${asideName('torrent', good)}`, '/torrent'])
  },
)

test.each(['torrent-old', asideName('torrent', bad)])(
  'all of a dependant stays whose old instance has another name by now (%s): somebody wants it, or its next rollout has moved it',
  async (name) => {
    expect(await leftAfter({ wasRunning: true }, name)).toEqual([
      `/${asideName('torrent', good)}`,
      `/${name}`,
      '/torrent',
    ])
  },
)
