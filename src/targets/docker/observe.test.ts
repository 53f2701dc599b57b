import { expect, test } from 'vitest'
import { summaryOf } from '../../../test/fakes/container-of.ts'
import { container } from '../../../test/fakes/inspect.ts'
import { planned } from '../../../test/fakes/planned.ts'
import type { ContainerInspect, EndpointSettings } from '../../clients/docker/shapes.ts'
import type { DockerDeps } from './docker-deps.ts'
import { requestedEndpoints } from './endpoints.ts'
import { copyLabels } from './labels.ts'
import { observe } from './observe.ts'

type Networks = Readonly<Record<string, EndpointSettings>>

const rollout = planned('web', 0)
const onAll = { front: { Aliases: ['shop'] }, back: {} }
const Labels = copyLabels(rollout, requestedEndpoints(container({ Networks: onAll })))

/** A copy that was made and not started, on these networks, and nothing beside it. */
function copyOn(Networks: Networks): ContainerInspect {
  const made = container({ Config: { Labels }, HostConfig: { NetworkMode: 'front' }, Networks })
  return { ...made, Name: '/web.longshore-prev', State: { ...made.State, Status: 'created', Running: false } }
}

test.each<[string, Networks, boolean]>([
  ['whole where it is on all networks of the old version', onAll, true],
  ['not whole where a kill kept it from one', { front: { Aliases: ['shop'] } }, false],
])('a copy with neither version beside it is %s', async (_, networks, connected) => {
  const copy = copyOn(networks)
  const engine = {
    listContainers: async () => [summaryOf(copy)],
    inspectContainer: async (id: string) => (id === copy.Id ? copy : null),
    inspectImage: async () => null,
  }
  const deps = { engine, newInstances: new Map() } as unknown as DockerDeps // what is asked here

  expect(await observe(deps, rollout, AbortSignal.timeout(1000))).toMatchObject({
    old: null,
    new: null,
    copy: { status: 'created', connected },
  })
})
