import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { startAllowListProxy, type AllowListProxy } from './stage/allow-list-proxy.ts'
import { pass } from './stage/answers.ts'
import { writeFiles } from './stage/compose-fleet.ts'
import { stageProject } from './stage/compose-project.ts'
import { at } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'

describeWithServices('a Compose service behind a proxy that lacks a right', ({ registryAddress }) => {
  let scene: Scene
  let proxy: AllowListProxy
  beforeAll(async () => {
    scene = await openScene()
    proxy = await startAllowListProxy(scene.engine.host)
  })
  afterEach(async () => {
    proxy.deny(null)
    await scene.reset()
  })
  afterAll(async () => {
    await proxy?.close()
    await scene?.close()
  })

  const file = `services:
  web:
    image: "<image>"
    restart: always
    volumes: [data:/data]
    labels: { longshore.watch: "true" }
volumes: { data: }
`

  const withConfig = file
    .replace('    labels', '    configs: [{ source: greeting, target: /greeting }]\n    labels')
    .concat('configs: { greeting: { content: "good day" } }\n')

  async function stage(next: { readonly behaviour?: 'exits' } = {}, text = file) {
    scene.configure({ targets: [{ name: 'local', host: proxy.host }] })
    const shop = stageProject(scene, { address: registryAddress })
    writeFiles(shop, { 'compose.yaml': text })
    await shop.push({ version: 'v1', healthcheck: false })
    await shop.byHand('up', '--detach')
    await shop.push({ version: 'v2', healthcheck: false, ...next })
    return { shop, before: await shop.instance(), files: shop.snapshot() }
  }

  test.each([
    ['POST /containers/create', 'CONTAINERS=1 and POST=1'],
    ['POST /containers/{id}/start', 'CONTAINERS=1 and POST=1'],
    ['POST /containers/{id}/stop', 'CONTAINERS=1 and POST=1'],
    ['POST /containers/{id}/rename', 'CONTAINERS=1 and POST=1'],
    ['DELETE /containers/{id}', 'CONTAINERS=1, POST=1 and DELETE=1'],
    ['GET /volumes/{id}', 'VOLUMES=1'],
    ['PUT /containers/{id}/archive', 'CONTAINERS=1 and POST=1', withConfig],
  ])('without %s it is not touched, and the right is named', async (right, missing, text = file) => {
    const { shop, before, files } = await stage({}, text)
    proxy.deny(right)

    const [rollout] = (await pass(scene)).rollouts

    expect(rollout).toMatchObject({ outcome: 'failed', code: 'TARGET_FORBIDDEN' })
    expect(rollout?.reason).toContain(`the proxy at ${proxy.host} refuses ${right.split('{')[0]}`)
    expect(rollout?.reason).toMatch(new RegExp(`: give it ${missing}$`))
    expect(await shop.instance()).toMatchObject({
      Id: before.Id,
      State: { Status: 'running', StartedAt: before.State.StartedAt },
    })
    expect(shop.snapshot()).toEqual(files)
  })

  test('without the right to copy into containers one that nothing is copied into has its new version', async () => {
    const { shop, before } = await stage()
    proxy.deny('PUT /containers/{id}/archive')

    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])

    expect((await shop.instance()).Image).not.toBe(before.Image)
  })

  const isUp = ({ State }: { readonly State: { readonly Running: boolean } }) => State.Running

  test('that is taken away when the old version was stopped, that runs again, and it says what to give it', async () => {
    const { shop, before } = await stage()
    proxy.denyAfter('POST /containers/{id}/stop', 'DELETE /containers/{id}')

    const [rollout] = (await pass(scene)).rollouts

    expect((await shop.instances()).filter(isUp)).toMatchObject([{ Id: before.Id }])
    expect(rollout).toMatchObject({ stage: 'back' })
    expect(rollout?.reason).toMatch(
      /up-old has failed .* refuses DELETE .*give it CONTAINERS=1, POST=1 and DELETE=1.* the next run tries it on/,
    )
    // What it says to do helps.
    proxy.deny(null)
    await pass(scene)
    expect(await shop.instances()).toMatchObject([{ State: { Running: true } }])
    expect(await shop.upByHand()).toEqual([])
  })

  test.each([
    ['DELETE /containers/{id}', 'POST /containers/{id}/stop'],
    ['POST /containers/{id}/rename', 'DELETE /containers/{id}'],
  ])('without %s on the way back its old version runs', async (right, cause) => {
    const { shop, before } = await stage({ behaviour: 'exits' })
    const take = () => proxy.denyAfter(cause, right)

    await pass(scene, at('before', 'up-old', take))

    expect((await shop.instances()).filter(isUp)).toMatchObject([{ Image: before.Image }])
  })
})
