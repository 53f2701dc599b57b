import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { about, pass, plan } from './stage/answers.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('which containers are watched', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  /** A running container without labels of its own, and a newer version in the registry. */
  async function stage(prefix: string, ...options: string[]) {
    const web = stageWorkload(scene, registry, prefix)
    await web.push({ version: 'v1', healthcheck: false })
    await web.startUnlabelled(...options)
    await web.push({ version: 'v2', healthcheck: false })
    return web
  }

  const watched = async () => (await plan(scene)).workloads.map(({ id }) => id).toSorted()

  test('those with a label, by its former name and odd spelling too', async () => {
    const ours = await stage('ours', '--label', 'longshore.watch=true')
    const former = await stage('former', '--label', 'registry-docker-updater=true')
    const odd = stageWorkload(scene, registry, 'odd')
    await odd.push({ version: 'v1', healthcheck: false })
    await odd.startThroughApi({ 'registry-docker-updater: true': '' })
    await odd.push({ version: 'v2', healthcheck: false })
    await stage('unlabelled')
    await stage('optout', '--label', 'registry-docker-updater=true', '--label', 'longshore.watch=false')

    const { code, rollouts } = await pass(scene)

    expect(code).toBe(0)
    expect(rollouts.map((each) => each.workload).toSorted()).toEqual([former.id, odd.id, ours.id])
    expect(new Set(rollouts.map((each) => each.outcome))).toEqual(new Set(['succeeded']))
  })

  test('those that a rule of the configuration matches by name, label or image', async () => {
    const byName = await stage('named')
    const byLabel = await stage('labelled', '--label', 'team=shop')
    const byImage = await stage('imaged')
    await stage('unmatched', '--label', 'team=other')
    const optOut = await stage('named-too', '--label', 'longshore.watch=false')
    scene.configure({
      workloads: [
        { match: { name: 'named-*' } },
        { match: { label: 'team=shop' }, mode: 'notify' },
        { match: { image: byImage.repository } },
      ],
    })

    const planned = await plan(scene)

    expect(planned.workloads.map(({ id }) => id).toSorted()).toEqual([byImage.id, byLabel.id, byName.id].toSorted())
    expect(about(planned, byName).rollout).not.toBeNull()
    expect(about(planned, byImage).rollout).not.toBeNull()
    expect(about(planned, byLabel)).toMatchObject({ state: 'outdated', code: 'NOTIFY_ONLY', rollout: null })
    expect((await optOut.inspect()).State.Status).toBe('running')
  })

  test('all of them where the configuration says so, but those that opt out', async () => {
    const plain = await stage('plain')
    await stage('optout', '--label', 'longshore.watch=false')
    scene.configure({ watch: 'all' })

    expect(await watched()).toEqual([plain.id])
  })

  test('not those that Compose or Swarm own, and the reason is told', async () => {
    const options = ['--label', 'longshore.watch=true', '--label']
    const compose = await stage('compose', ...options, 'com.docker.compose.project=shop')
    const swarm = await stage('swarm', ...options, 'com.docker.swarm.service.name=shop_api')

    const answer = await pass(scene)

    expect(answer.rollouts).toEqual([])
    expect(about(answer, compose)).toMatchObject({ state: 'ignored', code: 'COMPOSE_SERVICE' })
    expect(about(answer, compose).reason).toContain('Compose project shop')
    expect(about(answer, swarm)).toMatchObject({ state: 'ignored', code: 'SWARM_TASK' })
    expect(about(answer, swarm).reason).toContain('Swarm service shop_api')
  })

  test('not those whose image alone asks for it, nor do labels of an image change how they are treated', async () => {
    const labels = { 'longshore.mode': 'notify', 'longshore.order': 'start-first' }
    const images = stageWorkload(scene, registry, 'images')
    await images.push({ version: 'v1', healthcheck: false, labels: { 'longshore.watch': 'true' } })
    await images.startUnlabelled()
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false, labels })
    await web.start()
    await web.push({
      version: 'v2',
      healthcheck: false,
      labels: { 'longshore.watch': 'false', 'longshore.mode': 'notify' },
    })

    expect(await watched()).toEqual([web.id])
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded', order: 'stop-first' }])
    await web.push({ version: 'v3', healthcheck: false })
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded', workload: web.id }])
  })

  test('those that only notify are shown and never touched', async () => {
    const web = await stage('web', '--label', 'longshore.watch=true', '--label', 'longshore.mode=notify')
    const before = await web.inspect()

    const answers = [await pass(scene), await pass(scene)]

    for (const answer of answers) {
      expect(answer).toMatchObject({ code: 0, rollouts: [] })
      expect(about(answer, web)).toMatchObject({ state: 'outdated', code: 'NOTIFY_ONLY' })
    }
    expect((await web.inspect()).State).toEqual(before.State)
    expect(await web.taggedImage()).toBe(before.Image)
  })
})
