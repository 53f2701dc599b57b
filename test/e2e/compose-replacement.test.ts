import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { followers } from './compose-gate-cases.ts'
import { pass, type PassAnswer } from './stage/answers.ts'
import { countRunning, recordEvents, type EventRecord } from './stage/compose-events.ts'
import { told, writeFiles } from './stage/compose-fleet.ts'
import { stageProject, type StagedProject } from './stage/compose-project.ts'
import { openScene, type Scene } from './stage/scene.ts'

describeWithServices('a good version of a Compose service', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let answer: PassAnswer
  let events: EventRecord
  let several: Awaited<ReturnType<typeof stage>>
  let alone: Awaited<ReturnType<typeof stage>>
  let followed: Awaited<ReturnType<typeof stage>>
  let ordered: Awaited<ReturnType<typeof stage>>
  let asked: readonly string[] = []

  const watch = (order: string) => `    labels: { longshore.watch: "true", longshore.order: ${order} }\n`

  beforeAll(async () => {
    scene = await openScene()
    scene.configure({ defaults: { gate: { stable: '500ms', minUptime: '500ms' } } })
    ;[several, alone, followed, ordered] = await Promise.all([
      stage(`${watch('stop-first')}    deploy: { replicas: 3 }\n`),
      stage(watch('start-first')),
      stage(`${watch('auto')}    volumes: ["/data"]\n${followers}`),
      stage(`${watch('stop-first')}    depends_on: { db: { condition: service_healthy } }
  db:
    image: <db-image>
${watch('stop-first')}    healthcheck: { test: ["CMD", "true"], interval: 500ms }
`),
    ])
    const prober = await startProber(alone.project)
    events = recordEvents(scene)
    answer = await pass(scene)
    await waitUntil('only the new version answers', async () => {
      asked = (await scene.docker('logs', prober)).split('\n')
      return asked.slice(-20).every((each) => each === 'v2')
    })
  })
  afterAll(() => {
    events?.stop()
    return scene?.close()
  })

  async function stage(web: string) {
    const project = stageProject(scene, registry)
    writeFiles(project, { 'compose.yaml': `services:\n  web:\n    image: <image>\n${web}` })
    await project.push({ version: 'v1' })
    await project.push({ version: 'db1' }, 'db')
    await project.byHand('up', '--detach', '--wait')
    const olds = await project.instances()
    const v2 = await project.push({ version: 'v2' })
    const db2 = await project.push({ version: 'db2' }, 'db')
    return { project, olds, v2, db2 }
  }

  /**
   * Asks for the page by the service's name, again and again. A request that is refused is sent again, as clients do: the
   * engine gives the address of what Compose has stopped until its endpoint is gone, for seconds on a busy machine. That
   * one of the two runs at any time is counted apart from that, by the engine's events.
   */
  async function startProber(project: StagedProject): Promise<string> {
    const ask = 'busybox timeout 2 wget -q -O - http://web:8080/'
    const again = Array.from({ length: 5 }, () => `{ sleep 1; ${ask}; }`).join(' || ')
    const loop = `while true; do ${ask} || ${again} || echo failed; sleep 0.05; done`
    const network = `${project.name}_default`
    const id = await scene.docker(
      'run',
      '--detach',
      '--network',
      network,
      '--entrypoint',
      'sh',
      project.image(),
      '-c',
      loop,
    )
    await waitUntil('version 1 answers', async () => (await scene.docker('logs', id)).includes('v1'))
    return id
  }

  async function expectRuns({ project, v2 }: typeof several, scale = 1) {
    const now = await project.instances()
    expect(now.map(({ Image, State }) => [Image, State.Status])).toEqual(
      Array.from({ length: scale }, () => [v2.configDigest, 'running']),
    )
    expect(await project.upByHand()).toEqual([])
    expect((await project.instances()).map(({ Id }) => Id)).toEqual(now.map(({ Id }) => Id))
    return now
  }

  test('takes the place of several instances one by one, each behind the gate', async () => {
    expect(told(answer, several.project)).toMatchObject({ outcome: 'succeeded', gapMs: 0 })
    await expectRuns(several, 3)
    const happened = events.of(several.project)
    expect(countRunning(happened, 3)).toEqual({ fewest: 2, most: 3 })
    // Before an old one ends, the new one that came before it is healthy.
    const ends = happened.flatMap(({ action }, at) => (action === 'die' ? [at] : []))
    expect(ends.length).toBe(3)
    for (const [many, end] of ends.entries()) {
      const healthy = happened.slice(0, end).filter(({ action }) => action === 'health_status: healthy')
      expect(new Set(healthy.map(({ id }) => id)).size).toBeGreaterThanOrEqual(many)
    }
  })

  test('starts first without a gap: every request is answered, by one instance more at most', async () => {
    expect(told(answer, alone.project)).toMatchObject({ outcome: 'succeeded', order: 'start-first', gapMs: 0 })
    await expectRuns(alone)
    expect(countRunning(events.of(alone.project), 1)).toEqual({ fewest: 1, most: 2 })
    expect(asked.filter((each) => each !== 'v1' && each !== 'v2')).toEqual([])
  })

  test('is followed by what lives in its network and its volumes', async () => {
    expect(told(answer, followed.project)).toMatchObject({ outcome: 'succeeded', order: 'stop-first' })
    const [now] = await expectRuns(followed)
    for (const service of ['sidecar', 'backup']) {
      const { HostConfig, State } = await followed.project.instance(service)
      expect(State.Status).toBe('running')
      expect([HostConfig.NetworkMode, HostConfig['VolumesFrom']].join()).toContain(now?.Id)
    }
    const data = ({ Mounts }: { Mounts: readonly { Name?: string }[] }) => Mounts.map(({ Name }) => Name)
    expect(data(now ?? { Mounts: [] })).toEqual(data(followed.olds[0] ?? { Mounts: [] }))
  })

  test('waits for the new version of what it depends on', async () => {
    const { project, db2 } = ordered
    expect(told(answer, project, 'db')).toMatchObject({ outcome: 'succeeded', toDigest: db2.digest })
    expect(told(answer, project)).toMatchObject({ outcome: 'succeeded' })
    expect((await project.instance('db')).Image).toBe(db2.configDigest)
    await expectRuns(ordered)
    const db = await project.instance('db')
    const healthyAt = events
      .of(project, 'db')
      .find(({ id, action }) => id === db.Id && action.endsWith(': healthy'))?.at
    const endedAt = events.of(project).find(({ action }) => action === 'die')?.at
    expect(healthyAt).toBeLessThan(endedAt ?? 0)
  })
})
