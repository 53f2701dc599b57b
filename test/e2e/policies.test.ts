import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { pushImage, type PushedImage } from '../services/images.ts'
import { deleteManifest } from '../services/push.ts'
import { about, history, pass, plan } from './stage/answers.ts'
import { countRequests, type CountingRegistry } from './stage/counting-registry.ts'
import { waitsForEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'

const quick = { defaults: { gate: { minUptime: '1s' }, keepOld: '1h' } }

describeWithServices('workloads whose tag is chosen', ({ registryAddress }) => {
  let registry: CountingRegistry
  let scene: Scene
  beforeAll(async () => {
    registry = await countRequests(registryAddress)
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(async () => {
    await scene?.close()
    await registry?.close()
  })

  /** A container that runs the first of some tags. */
  async function stage(policy: string, tags: readonly string[], ...options: readonly string[]) {
    scene.configure(quick)
    const name = uniqueName('chosen')
    const repository = `${registry.address}/${name}`
    const push = (tag: string, behaviour: Parameters<typeof pushImage>[1]['behaviour'] = 'healthy') =>
      pushImage(registry, { repository: name, tag, version: `v${tag}`, healthcheck: false, behaviour })
    const images: PushedImage[] = []
    for (const tag of tags) images.push(await push(tag))
    const labels = ['--label', 'longshore.watch=true', '--label', `longshore.policy=${policy}`, ...options]
    await scene.docker('run', '--detach', '--name', name, ...labels, `${repository}:${tags[0]}`)
    const runs = async () => {
      const { Image, Config } = await scene.inspect(name)
      return { image: Image, tag: Config.Image.slice(repository.length + 1) }
    }
    return { id: `local/container/${name}`, name, repository, push, runs, images }
  }

  test('semver: the best in range is rolled out under its own tag, by one list and one look at a time', async () => {
    const web = await stage('semver:^1', ['1.4.1', '1.4.0', '0.9.0'])
    const list = `GET /v2/${web.name}/tags/list?n=1000`
    const idle = [list, `HEAD /v2/${web.name}/manifests/1.4.1`]
    for (const _ of ['cold', 'warm']) {
      registry.forget()
      expect(about(await pass(scene), web)).toMatchObject({ state: 'current', code: 'CURRENT' })
      expect(registry.requests.map((each) => each.replace(/\?.*/, '?n=1000'))).toEqual(idle)
    }
    const better = await web.push('1.4.2')
    await web.push('2.0.0')

    const planned = about(await plan(scene), web)
    expect(planned).toMatchObject({ code: 'BETTER_TAG', reason: '1.4.2 is the only one that may be chosen' })
    const { rollouts } = await pass(scene)

    expect(rollouts).toMatchObject([{ outcome: 'succeeded', toDigest: better.digest }])
    expect(await web.runs()).toEqual({ image: better.configDigest, tag: '1.4.2' })
    expect(about(await pass(scene), web)).toMatchObject({ state: 'current' })
  })

  test('a bad version is left out, also after a restart, until a better one comes', async () => {
    const web = await stage('semver', ['1.4.2'], ...waitsForEnds)
    await web.push('1.5.0', 'exits')

    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'rolled-back' }])
    const after = await pass(scene)
    expect(after.rollouts).toEqual([])
    expect(about(after, web)).toMatchObject({
      state: 'current',
      reason: expect.stringContaining('1.5.0 is better, but what it names failed here before'),
    })
    expect(await web.runs()).toMatchObject({ tag: '1.4.2' })

    const mended = await web.push('1.5.1')
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded', toDigest: mended.digest }])
    expect(await web.runs()).toMatchObject({ tag: '1.5.1' })
  })

  test('newest among those that match, the latest date, and the tag that the policy names', async () => {
    const newest = await stage('regex:^main-[a-f0-9]{4}$', ['main-ffff'])
    const dated = await stage('calver:YYYY.MM.DD', ['2026.09.01', '2026.08.30'])
    expect(about(await pass(scene), newest)).toMatchObject({ state: 'current' })
    const pinned = await stage('pin:1.4.2', ['1.5.0', '1.4.2'])
    const [next, date] = [await newest.push('main-0a0a'), await dated.push('2026.12.25')]
    await newest.push('fix-ffff')
    await dated.push('2026.13.01')

    const { rollouts, code } = await pass(scene)

    expect(code).toBe(0)
    const wanted = [next.digest, date.digest, pinned.images[1]?.digest]
    expect(rollouts.map(({ toDigest }) => toDigest).toSorted()).toEqual(wanted.toSorted())
    expect(await newest.runs()).toMatchObject({ tag: 'main-0a0a' })
    expect(await dated.runs()).toMatchObject({ tag: '2026.12.25' })
    expect(await pinned.runs()).toMatchObject({ tag: '1.4.2' })
  })

  test('a list that lost most of its tags is unknown, and nothing is decided from it', async () => {
    const web = await stage('semver', ['1.4.1', '1.4.0', '1.3.0', '1.2.0'])
    await pass(scene)
    for (const each of web.images.slice(1)) await deleteManifest(registry, web.name, each.digest)

    expect(about(await pass(scene), web)).toMatchObject({
      state: 'unknown',
      code: 'LIST_HALVED',
      reason: expect.stringContaining('it has 1 of them now, and had 4 when it was last believed'),
    })
    await scene.run('resume', web.name)
    expect(about(await pass(scene), web)).toMatchObject({ state: 'current' })
  })

  test('a person goes back and stays there, and the policy goes on from what runs when they let go', async () => {
    const web = await stage('semver', ['1.4.1'])
    await web.push('1.4.2')
    await pass(scene)
    const pinned = await scene.run('rollback', web.name, '--reason', 'it is slow')
    expect(pinned.code).toBe(0)
    expect(await web.runs()).toMatchObject({ tag: '1.4.1' })
    await web.push('1.5.0')
    expect((await pass(scene)).rollouts).toEqual([])

    const unpinned = await scene.run('unpin', web.name)

    expect(unpinned).toMatchObject({ code: 0 })
    expect(await web.runs()).toMatchObject({ tag: '1.5.0' })
    const told = (await history(scene)).filter(({ workload }) => workload === web.id).map(({ kind }) => kind)
    expect(told.filter((kind) => kind === 'unpin')).toHaveLength(1)
  })
})
