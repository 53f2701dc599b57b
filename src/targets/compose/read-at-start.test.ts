import { afterEach, beforeEach, expect, test } from 'vitest'
import { composeDefinition, composeRollout } from '../../../test/fakes/compose-change.ts'
import { composeContainer, composeLabels } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import type { ComposeStep } from '../../clients/compose/steps.ts'
import { up } from './apply-up.ts'
import { hashOf } from './definition/hash.ts'

const { signal } = new AbortController()
const plain = 'services:\n  web:\n    image: web:1\n'
const copied = `${plain}    configs: [motd]\nconfigs: { motd: { content: hi } }\n`
const recreated: ComposeStep = { kind: 'container', name: 'shop-web-1', action: 'recreate' }
const job: ComposeStep = { kind: 'container', name: 'shop-job-1', action: 'start' }
let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose()
  const files = { 'project.config_files': stage.path('compose.yaml'), 'project.working_dir': stage.folder }
  stage.world.containers = [composeContainer({ labels: composeLabels(files) })]
  stage.world.steps = [recreated, job]
  stage.world.unstartedSteps = [recreated, { ...job, action: 'untouched' }]
})
afterEach(() => stage.close())

const ups = () => stage.world.ups.map(({ options: { operation: _operation, limitMs: _limit, ...options } }) => options)

test.each([
  ['copies a config into what it starts', copied],
  ['runs commands in what it has started', `${plain}    post_start: [{ command: migrate }]\n`],
])('Compose starts what it made, and nothing beside that, where it %s', async (_why, text) => {
  stage.write('compose.yaml', text)

  await up(stage.deps, composeRollout(), { signal })

  const scale = { web: 1 }
  expect(ups()).toMatchObject([
    { scale, noStart: true },
    { scale, noDeps: true, noRecreate: true },
  ])
  expect(ups()[1]).not.toHaveProperty('noStart')
  expect(stage.world.done).toEqual([])
})

test('each is started by itself and by whom it needs, the service first, and made anew by none', async () => {
  const sidecar = '  sidecar:\n    image: web:1\n    network_mode: service:web\n'
  const text = `${plain}${sidecar}    configs: [motd]\nconfigs: { motd: { content: hi } }\n`
  const file = stage.write('compose.yaml', text)
  const definition = { ...composeDefinition(file, hashOf(Buffer.from(text))), followers: ['sidecar'] }

  await up(stage.deps, composeRollout({ definition }), { signal })

  expect(stage.world.ups.map(({ services, options }) => [services, options.noStart ?? false])).toEqual([
    [['web', 'sidecar'], true],
    [['sidecar'], false],
  ])
  expect(ups()[1]).toEqual({ noDeps: true, noRecreate: true })
})

test.each(['include: ["oci://example.com/a"]\n', 'services: ['])(
  'Compose does of what only it can read: %s',
  async (text) => {
    stage.deps = { ...stage.deps, allowRemote: true }
    stage.write('compose.yaml', `${text}${plain}`)

    await up(stage.deps, composeRollout(), { signal })

    expect(ups()).toHaveLength(2)
  },
)

test('we do where it does nothing of that', async () => {
  stage.write('compose.yaml', plain)

  await up(stage.deps, composeRollout(), { signal })

  expect(ups()).toMatchObject([{ noStart: true }])
})
