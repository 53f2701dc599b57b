import { expect, test } from 'vitest'
import { containerOf, summaryOf } from '../../../../test/fakes/container-of.ts'
import { planned } from '../../../../test/fakes/planned.ts'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { AppError } from '../../../errors.ts'
import { createInspections } from '../../engine/inspections.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { operationLabels, replacesLabel } from '../labels.ts'
import { startDependants } from './apply-run.ts'

const { signal } = new AbortController()
const [oldVpn, newVpn, oldFar, newFar] = ['1', '2', '3', '4'].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
  string,
]
const plan = {
  instance: oldFar,
  name: 'far',
  image: 'sha256:app',
  restart: 'no',
  by: ['network'],
  wasRunning: true,
} as const
const rollout = { ...planned('vpn', 0), id: 'r1', oldInstance: oldVpn, dependants: [plan] }

const made = (id: string, name: string, replaced: string, State: Partial<ContainerInspect['State']>) => {
  const container = containerOf(name)
  const Labels = { ...operationLabels(rollout, []), [replacesLabel]: replaced }
  return { ...container, Id: id, State: { ...container.State, ...State }, Config: { ...container.Config, Labels } }
}

/** What is told where the engine refuses to start what lives in the new version. */
async function told(vpn: Partial<ContainerInspect['State']>, words: string): Promise<unknown> {
  const containers = [
    made(newVpn, 'vpn', oldVpn, vpn),
    made(newFar, 'far', oldFar, { Status: 'created', Running: false }),
  ]
  const engine = {
    inspectImage: async (id: string) => ({ Id: id }),
    inspectContainer: async (id: string) => containers.find((each) => each.Id === id) ?? null,
    listContainers: async () => containers.map(summaryOf),
    startContainer: async () => {
      throw new AppError('TARGET_FAILED', `POST /containers/far/start: ${words}`)
    },
  }
  // Nothing else of it is asked here.
  const newInstances = new Map([[rollout.id, newVpn]])
  const deps = { engine, newInstances, inspections: createInspections(engine as never) } as unknown as DockerDeps
  return startDependants(deps, rollout, { signal }).catch((error: unknown) => error)
}

const ended = { Status: 'exited', Running: false, ExitCode: 3 } as const
const lost = 'OCI runtime create failed: namespace path: lstat /proc/7/ns/net: no such file or directory'

test('where the new version has ended by then, that is told rather than what the engine misses of it', async () => {
  expect(await told(ended, lost)).toMatchObject({
    code: 'TARGET_START_FAILED',
    message: 'it ended with exit code 3 before far, which lives in it, could be started',
  })
})

test.each([
  ['it runs', {}, lost, 'TARGET_START_FAILED'],
  ['something else is at fault', ended, 'port is already allocated', 'TARGET_CONFLICT'],
])('the engine is believed where %s', async (_why, state, words, code) => {
  expect(await told(state, words)).toMatchObject({ code, message: words })
})
