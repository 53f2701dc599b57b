import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  composeContainer,
  composeLabels,
  created,
  exited,
  type GivenMember,
} from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import type { DownContainer } from '../../rollout/down-container.ts'
import { listWorkloads } from './list-workloads.ts'
import { prepare } from './prepare.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
let asked: DownContainer[]
beforeEach(() => {
  asked = []
  stage = stageCompose()
  stage.write('compose.yaml', 'services:\n  web:\n    image: web:1\n')
  stage.world.images.set('web:1', { Id: 'sha256:old' })
})
afterEach(() => stage.close())

const of = (given: GivenMember = {}) =>
  composeContainer({
    ...given,
    inspect: { Config: { Image: 'web:1' }, ...given.inspect },
    labels: composeLabels({ 'project.config_files': stage.path('compose.yaml'), 'project.working_dir': stage.folder }),
  })
/** The sidecar that lives in the network of `web`. */
const sidecar = (state: GivenMember['state'], given: GivenMember = {}) =>
  of({
    service: 'sidecar',
    state: state ?? {},
    inspect: { HostConfig: { NetworkMode: 'container:shop-web-1-id' } },
    ...given,
  })
const cutOff = (isOurs: boolean) => {
  stage.deps = {
    ...stage.deps,
    wasToRun: async (down) => {
      asked.push(down)
      return isOurs
    },
  }
}
const look = async (name: string) => (await listWorkloads(stage.deps, signal)).find((each) => each.name === name)

test.each([
  ['made and not started', created],
  ['ended', { ...exited, StartedAt: '2025-12-31T00:00:00Z', FinishedAt: '2026-01-01T00:00:00Z' }],
])('what a command of ours %s, and was cut off, follows what it lives in', async (_, state) => {
  stage.world.containers = [of(), sidecar(state)]
  cutOff(true)

  const found = await look('shop/sidecar')

  expect(found).toMatchObject({ leftAlone: null, isRunning: true, follows: { how: 'restart', isDownByUs: true } })
  expect(asked).toMatchObject([{ workload: 'local/compose/shop/sidecar', others: ['local/compose/shop/web'] }])
})

test('what a person stopped is left so', async () => {
  stage.world.containers = [of(), sidecar(exited), of({ service: 'db', state: exited })]
  cutOff(false)

  expect(await look('shop/sidecar')).toMatchObject({ leftAlone: { code: 'STOPPED' }, isRunning: false })
  // What lives in nothing is nobody's follower.
  expect(asked.map(({ service }) => service)).toEqual(['sidecar'])
})

test('the next rollout of what it lives in has it run again', async () => {
  stage.world.containers = [of(), sidecar(created)]
  const plan = async () => {
    const web = await look('shop/web')
    if (web === undefined) throw new Error('web is there')
    return prepare(stage.deps, web, 'web:1', signal)
  }

  cutOff(false)
  expect(await plan()).toMatchObject({ definition: { followers: ['sidecar'], stopped: ['sidecar'] } })
  cutOff(true)
  expect(await plan()).not.toMatchObject({ definition: { stopped: ['sidecar'] } })
})

test('what was made beside the one that it was to replace is one instance with it', async () => {
  stage.world.containers = [
    of(),
    sidecar(exited),
    sidecar(created, { id: 'made', name: '0123456789ab_shop-sidecar-1' }),
  ]
  cutOff(true)

  expect(await look('shop/sidecar')).toMatchObject({ scale: 1, follows: { how: 'restart' } })
})
