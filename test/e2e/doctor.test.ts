import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { composeRights, engineRights as clientRights } from '../../src/clients/docker/engine-rights.ts'
import { describeWithServices } from '../services/shared.ts'
import { startAllowListProxy, type AllowListProxy } from './stage/allow-list-proxy.ts'
import { writeFiles } from './stage/compose-fleet.ts'
import { stageProject } from './stage/compose-project.ts'
import { formatRight } from './stage/engine-rights.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

interface Told {
  readonly part: string
  readonly name: string | null
  readonly standing: 'well' | 'doubtful' | 'wrong'
  readonly sentence: string
  readonly remedy: string | null
}

describeWithServices('doctor', ({ registryAddress }) => {
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

  async function ask(...args: string[]) {
    const { stdout, code: exitCode } = await scene.run('doctor', '--output', 'json', ...args)
    const { findings }: { readonly findings: readonly Told[] } = JSON.parse(stdout)
    return { findings, wrong: findings.filter(({ standing }) => standing === 'wrong'), exitCode }
  }

  test('finds nothing wrong where nothing is, and changes nothing', async () => {
    const web = stageWorkload(scene, { address: registryAddress })
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    const before = await web.inspect()
    const images = await scene.docker('images', '--all', '--no-trunc')

    const { findings, wrong, exitCode } = await ask()

    expect({ wrong, exitCode }).toEqual({ wrong: [], exitCode: 0 })
    expect(findings.map(({ part }) => part)).toEqual(
      expect.arrayContaining(['configuration', 'clock', 'state', 'service', 'target', 'registry']),
    )
    expect(findings).toContainEqual(expect.objectContaining({ sentence: '1 container is watched' }))
    expect(findings).toContainEqual(
      expect.objectContaining({ name: registryAddress, sentence: 'its repository answers without a sign-in' }),
    )
    expect(await web.inspect()).toEqual(before)
    expect(await scene.docker('images', '--all', '--no-trunc')).toBe(images)
  })

  const denied = clientRights.map(formatRight).filter((right) => right !== 'GET /version')
  test('names each right that a proxy withholds, and leaves nothing behind', async () => {
    scene.configure({ targets: [{ name: 'local', host: proxy.host }] })
    for (const right of denied) {
      proxy.deny(right)
      const [method = '', path = ''] = right.split(' ')

      const { wrong, exitCode } = await ask()

      expect(exitCode, right).toBe(1)
      const [beginning = ''] = path.split('{')
      expect(wrong.map(({ sentence }) => sentence).join('\n'), right).toContain(`refuses ${method} ${beginning}`)
      expect(wrong[0]?.sentence, right).toMatch(/: give it [A-Z_]+=1/)
    }
    proxy.deny(null)
    expect((await ask()).wrong).toEqual([])
    expect(await scene.containers()).toEqual([])
  })

  test('names each right that a proxy withholds from Compose, where there are its services', async () => {
    scene.configure({ targets: [{ name: 'local', host: proxy.host }] })
    const shop = stageProject(scene, { address: registryAddress })
    writeFiles(shop, { 'compose.yaml': 'services:\n  web:\n    image: "<image>"\n' })
    await shop.push({ version: 'v1', healthcheck: false })
    await shop.byHand('up', '--detach')
    const before = await shop.instance()
    const doubtful = async () => (await ask()).findings.filter(({ standing }) => standing === 'doubtful')
    const otherwise = await doubtful()

    for (const right of composeRights.map(formatRight)) {
      proxy.deny(right)
      const [method = '', path = ''] = right.split(' ')

      const told = (await doubtful()).filter(({ sentence }) => !otherwise.some((each) => each.sentence === sentence))

      const [beginning = ''] = path.split('{')
      expect(told.map(({ sentence }) => sentence).join('\n'), right).toContain(`refuses ${method} ${beginning}`)
      expect(told[0]?.sentence, right).toMatch(/: give it [A-Z_]+=1/)
    }
    expect(await shop.instance()).toEqual(before)
  })

  test('goes on after an engine that is away, and after a state that cannot be read', async () => {
    scene.configure({ targets: [{ name: 'local', host: 'unix:///nowhere/docker.sock' }] })
    mkdirSync(scene.stateFolder, { mode: 0o700 })
    writeFileSync(join(scene.stateFolder, 'longshore.db'), 'no database at all', { mode: 0o600 })

    const { findings, wrong, exitCode } = await ask()

    expect(exitCode).toBe(1)
    expect(wrong).toMatchObject([
      { part: 'state', sentence: expect.stringContaining('cannot be read') },
      { part: 'target', sentence: expect.stringContaining('no engine listens at /nowhere/docker.sock') },
    ])
    expect(findings.some(({ part }) => part === 'clock')).toBe(true)
  })

  test('sees a state that others may enter, and a configuration that is wrong', async () => {
    mkdirSync(scene.stateFolder)
    chmodSync(scene.stateFolder, 0o755)
    expect((await ask()).wrong).toMatchObject([
      {
        part: 'state',
        sentence: expect.stringContaining('others may enter'),
        remedy: expect.stringContaining('chmod 700'),
      },
    ])

    scene.configure({ pollInterval: 'often' })
    expect((await ask()).wrong).toMatchObject([
      { part: 'configuration', sentence: expect.stringContaining('pollInterval') },
    ])
  })

  test('a running service is seen, and that it listens', async () => {
    const service = scene.start('run')
    await expect
      .poll(async () => (await ask()).findings.find(({ part }) => part === 'service'), { timeout: 20_000 })
      .toMatchObject({ standing: 'well', sentence: expect.stringContaining('control.sock') })
    service.kill('SIGTERM')
    await service.ended
  })

  test('inspect and tags tell what the registry has', async () => {
    const web = stageWorkload(scene, { address: registryAddress })
    const { digest } = await web.push({ version: 'v1' })

    const inspected = JSON.parse((await scene.run('inspect', web.image, '--output', 'json')).stdout)
    const tags = JSON.parse((await scene.run('tags', web.image, '--output', 'json')).stdout)

    expect(inspected).toMatchObject({ digest, pushed: null })
    expect(inspected.platforms).toContainEqual(
      expect.objectContaining({ platform: inspected.shown, sizeBytes: expect.any(Number) }),
    )
    expect(tags).toMatchObject({ total: tags.tags.length, tags: expect.arrayContaining(['latest']) })
  })
})
