import { afterEach, describe, expect, test } from 'vitest'
import { composeDefinition, composeRollout } from '../../../test/fakes/compose-change.ts'
import { composeContainer, composeLabels } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { add, up } from './apply-up.ts'
import { capture } from './capture.ts'
import { createRemaking } from './remake.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
afterEach(() => stage.close())

const dependant = {
  name: 'shop/web',
  instances: ['shop-web-1-id'],
  image: 'sha256:old',
  reference: 'web:1',
  wasRunning: true,
}
const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['`up`', () => up(stage.deps, composeRollout(), { signal })],
  ['one more instance', () => add(stage.deps, composeRollout(), { signal })],
  ['all that touches the service', () => capture(stage.deps, composeRollout(), signal)],
  ['what it lives in is touched', () => createRemaking(stage.deps).capture([dependant], signal)],
]

/** Brings one to the stage that runs as this file says. */
function writeService(text: string): string {
  stage = stageCompose()
  const file = stage.write('compose.yaml', text)
  const labels = composeLabels({ 'project.config_files': file, 'project.working_dir': stage.folder })
  stage.world.containers = [composeContainer({ labels })]
  return file
}

const plain = 'services:\n  web:\n    image: web:1\n'
const copied = `${plain}    secrets: [token]\nsecrets:\n  token: { environment: TOKEN }\n`
const hooked = `${plain}    post_start: [{ command: migrate }]\n`
const put = 'PUT /containers/{id}/archive'
const rights: readonly (readonly [right: string, text: string])[] = [
  ['POST /containers/create', plain],
  ['POST /containers/{id}/start', plain],
  ['POST /containers/{id}/stop', plain],
  ['POST /containers/{id}/rename', plain],
  ['DELETE /containers/{id}', plain],
  [put, copied],
  ['POST /containers/{id}/exec', hooked],
  ['POST /exec/{id}/start', hooked],
  ['GET /exec/{id}/json', hooked],
]

describe.each(steps)('before %s', (_step, take) => {
  test.each(rights)('it is asked for %s, and nothing is done without', async (right, text) => {
    writeService(text)
    stage.world.refused = right

    await expect(take()).rejects.toMatchObject({ code: 'TARGET_FORBIDDEN', message: `the proxy refuses ${right}` })

    expect(stage.world.ups).toEqual([])
    expect(stage.world.dryRuns).toEqual([])
    expect(stage.world.done).toEqual([])
  })

  test('nobody is asked for a right to copy who copies nothing', async () => {
    writeService(plain)
    stage.world.refused = put

    await take().catch((error: unknown) => expect(error).not.toMatchObject({ code: 'TARGET_FORBIDDEN' }))
  })
})

test('what lives in it counts, and a definition that cannot be read does not', async () => {
  const file = writeService(`${copied}  other: {}\n`.replace('    secrets', '  db:\n    image: db:1\n    secrets'))
  stage.world.refused = put
  const definition = { ...composeDefinition(file, 'a'), followers: ['db'] }

  await expect(capture(stage.deps, composeRollout({ definition }), signal)).rejects.toThrow(put)

  stage.write('compose.yaml', 'services: [')
  expect(await capture(stage.deps, composeRollout({ definition }), signal)).toMatchObject({ containers: [{}] })
})
