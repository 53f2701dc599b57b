import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { forAll } from './crash-fleet.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { about, history, pass, type PassAnswer } from './stage/answers.ts'
import { told, writeFiles } from './stage/compose-fleet.ts'
import { composeProcesses, killCompose } from './stage/compose-processes.ts'
import { stageProject, type StagedProject } from './stage/compose-project.ts'
import { outlastsEnds } from './stage/gates.ts'
import { haltEngine, recreation, type HaltingEngine } from './stage/halting-engine.ts'
import { crashFile } from './stage/program.ts'
import { openScene, type Scene } from './stage/scene.ts'

/** A service that does not run, or not in whole, and what has become of it after one pass with a new version pushed. */
interface Row {
  readonly kind: string
  readonly stopped?: 'update' | 'start'
  /** Beside the image, in its part of the file. */
  readonly settings?: string
  /** Other services, in lines of their own. */
  readonly others?: string
  /** Commands of `docker compose`, and of `docker` on an instance (`WEB-1`), after it was made by `up --no-start`. */
  readonly acts?: readonly string[]
  readonly v1?: 'exits'
  readonly v2?: 'exits' | 'unhealthy'
  readonly outcome: string | null
  readonly state: string
  readonly code: string
  /** Versions and states of its instances. */
  readonly is: readonly string[]
  /** The same of the others, by name. */
  readonly beside?: Readonly<Record<string, string>>
}

const up = 'compose up --detach'
const stop = 'compose stop --timeout 0'
const usual = [up, stop]
const three = 'deploy: { replicas: 3 }'
/** Two of three are stopped. */
const partly = [up, 'stop --time 0 WEB-2', 'stop --time 0 WEB-3']
const job = 'command: ["sh", "-c", "exit 0"]'
const own = { state: 'current', code: 'CURRENT' } as const
const left = { stopped: 'update', outcome: 'LEFT_STOPPED', is: ['v2 created'], ...own } as const
const started = { stopped: 'start', outcome: 'GATE_PASSED_WEAK', is: ['v2 running'], ...own } as const
const bad = { stopped: 'start', v2: 'exits', outcome: 'GATE_EXITED', state: 'held', code: 'QUARANTINED' } as const
const inside = '  sidecar:\n    image: <db-image>\n    network_mode: "service:web"\n'
const sharing = '  beside:\n    image: <db-image>\n    network_mode: none\n    volumes_from: [web]\n'
const needed = '  db:\n    image: <db-image>\n    network_mode: none\n'

const rows: readonly Row[] = [
  { kind: 'made', outcome: null, state: 'ignored', code: 'STOPPED', is: ['v1 created'] },
  { kind: 'made, update', ...left },
  { kind: 'made, start', ...started },
  { kind: 'stopped', acts: usual, outcome: null, state: 'ignored', code: 'STOPPED', is: ['v1 exited'] },
  { kind: 'stopped, update', acts: usual, ...left },
  { kind: 'stopped, start', acts: usual, ...started },
  { kind: 'stopped, start, bad', acts: usual, ...bad, is: ['v1 created'] },
  { kind: 'a job that is done, update', acts: [up, 'wait WEB-1'], settings: job, ...left },
  { kind: 'a job that is done, start', acts: [up, 'wait WEB-1'], settings: job, ...started, outcome: 'GATE_COMPLETED', is: ['v2 exited'] },
  { kind: 'paused, start', stopped: 'start', acts: [up, 'pause WEB-1'], outcome: null, state: 'ignored', code: 'PAUSED', is: ['v1 paused'] },
  { kind: 'restarting', v1: 'exits', settings: 'restart: always', acts: [up], outcome: 'GATE_PASSED_WEAK', is: ['v2 running'], ...own },
  { kind: 'scaled, update', acts: usual, settings: three, ...left, is: ['v2 created', 'v2 created', 'v2 created'] },
  { kind: 'in part', acts: partly, settings: three, outcome: null, state: 'ignored', code: 'PARTLY_STOPPED', is: ['v1 running', 'v1 exited', 'v1 exited'] },
  { kind: 'in part, update', stopped: 'update', acts: partly, settings: three, outcome: null, state: 'ignored', code: 'PARTLY_STOPPED', is: ['v1 running', 'v1 exited', 'v1 exited'] },
  { kind: 'in part, start', acts: partly, settings: three, ...started, is: ['v2 running', 'v2 running', 'v2 running'] },
  { kind: 'in part, start, bad', acts: partly, settings: three, ...bad, is: ['v1 created', 'v1 exited', 'v1 running'] },
  { kind: 'with what it depends on, update', acts: usual, settings: 'depends_on: [db]', others: needed, ...left, beside: { db: 'exited' } },
  { kind: 'with what it depends on, start', stopped: 'start', acts: usual, settings: 'depends_on: [db]', others: needed, outcome: null, state: 'held', code: 'DEPENDENCY_NOT_READY', is: ['v1 exited'], beside: { db: 'exited' } },
  { kind: 'with what lives in it, update', acts: usual, others: inside, ...left, beside: { sidecar: 'created' } },
  { kind: 'with what lives in it, start', acts: usual, others: inside, ...started, beside: { sidecar: 'created' } },
  { kind: 'with what is cut off in it, update', stopped: 'update', acts: [up, 'stop --time 0 WEB-1'], others: inside, outcome: null, state: 'held', code: 'DEPENDENT', is: ['v1 exited'], beside: { sidecar: 'running' } },
  { kind: 'with what is cut off in it, start', acts: [up, 'stop --time 0 WEB-1'], others: inside, ...started, beside: { sidecar: 'running' } },
  { kind: 'with what is cut off in it, start, bad', acts: [up, 'stop --time 0 WEB-1'], others: inside, ...bad, v2: 'unhealthy', outcome: 'GATE_UNHEALTHY', is: ['v1 created'], beside: { sidecar: 'created' } },
  { kind: 'with what has its volumes, update', acts: [up, 'stop --time 0 WEB-1'], settings: 'volumes: ["/data"]', others: sharing, ...left, beside: { beside: 'running' } },
] // prettier-ignore

describeWithServices('a Compose service that does not run', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  const projects = new Map<Row, StagedProject>()
  const volumes = new Map<Row, readonly string[]>()
  let answer: PassAnswer

  beforeAll(async () => {
    scene = await openScene()
    scene.configure({ defaults: { gate: { stable: '500ms', minUptime: outlastsEnds, deadline: '20s' } } })
    await Promise.all(rows.map(stage))
    for (const row of rows) await make(row)
    answer = await pass(scene)
  }, crashTestLimitMs)
  afterAll(async () => {
    // A frozen process cannot be killed, so nothing may stay paused.
    await scene?.reset()
    await scene?.close()
  })

  async function stage(row: Row): Promise<void> {
    const project = stageProject(scene, registry)
    projects.set(row, project)
    const { stopped = 'ignore', settings = '', others = '' } = row
    const labels = `labels: { longshore.watch: "true", longshore.stopped: ${stopped} }`
    const network = others.includes('volumes_from') || !others.includes('service:') ? '    network_mode: none\n' : ''
    const web = `  web:\n    image: <image>\n    ${labels}\n${network}${settings && `    ${settings}\n`}`
    writeFiles(project, { 'compose.yaml': `services:\n${web}${others}` })
    await project.push({ version: 'v1', healthcheck: false, ...(row.v1 && { behaviour: row.v1 }) })
    if (others !== '') await project.push({ version: 'beside', healthcheck: false, env: { PORT: '' } }, 'db')
  }

  async function make(row: Row): Promise<void> {
    const project = of(row)
    await project.byHand('up', '--no-start')
    for (const act of row.acts ?? []) {
      const words = act.replace(/WEB-/, `${project.name}-web-`).split(' ')
      await (words[0] === 'compose' ? project.byHand(...words.slice(1)) : scene.docker(...words))
    }
    volumes.set(row, await volumesOf(project))
    await project.push({ version: 'v2', healthcheck: row.v2 === 'unhealthy', ...(row.v2 && { behaviour: row.v2 }) })
  }

  const of = (row: Row): StagedProject => {
    const project = projects.get(row)
    if (project === undefined) throw new Error(`${row.kind} was not staged`)
    return project
  }
  const volumesOf = async (project: StagedProject) =>
    (await project.instances()).flatMap(({ Mounts }) => Mounts.map((each) => each.Name ?? each.Source))
  const look = async (project: StagedProject, service = 'web') =>
    (await project.instances(service)).map(({ State, Config }) => {
      const version = Config.Env?.find((one) => one.startsWith('VERSION='))?.slice('VERSION='.length)
      return `${version} ${State.Status}`
    })

  test.each(rows)('$kind: $state, $code', async (row) => {
    const project = of(row)

    const rollout = answer.rollouts.find((each) => each.workload === project.workload().id)

    expect(rollout?.code ?? null, rollout?.reason ?? '').toBe(row.outcome)
    expect(about(answer, project.workload())).toMatchObject({ state: row.state, code: row.code })
    expect((await look(project)).toSorted()).toEqual(row.is.toSorted())
    expect(await volumesOf(project)).toEqual(volumes.get(row))
    for (const [service, status] of Object.entries(row.beside ?? {})) {
      expect(await look(project, service), service).toEqual([`beside ${status}`])
      const { HostConfig } = await project.instance(service)
      const [web] = await project.instances()
      if (service === 'sidecar') expect(HostConfig.NetworkMode).toBe(`container:${web?.Id}`)
    }
  })

  test.each(rows.filter(({ code }) => code === 'CURRENT' || code === 'QUARANTINED'))(
    '$kind: `up` by hand afterwards makes nothing anew',
    async (row) => {
      expect(await of(row).byHand('up', '--no-start')).not.toMatch(/Recreate/)
    },
  )

  test('is told in plain sentences', async () => {
    const row = rows.find(({ kind }) => kind === 'stopped, update') as Row
    const { id } = of(row).workload()
    const sentences = (await history(scene)).filter((each) => each.workload === id).map(({ reason }) => reason)

    expect(sentences).toEqual([
      'it did not run, so it was replaced and left stopped; nothing but its image could be checked',
      'the tag latest names another digest; it does not run, and is left stopped',
    ])
  })
})

describeWithServices('kill -9 in the middle of the rollout of a Compose service that does not run', (services) => {
  const registry = { address: services.registryAddress }
  let scene: Scene
  let engine: HaltingEngine | undefined
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(async () => {
    await engine?.close()
    engine = undefined
    await scene.reset()
  })
  afterAll(() => scene?.close())

  const defaults = { gate: { stable: '300ms', minUptime: outlastsEnds, deadline: '30s' } }

  async function stage(stopped: 'update' | 'start', behaviour: 'healthy' | 'exits' = 'healthy') {
    const project = stageProject(scene, registry)
    const labels = `labels: { longshore.watch: "true", longshore.stopped: ${stopped} }`
    const web = `  web:\n    image: <image>\n    network_mode: none\n    ${labels}\n`
    const sidecar = '  sidecar:\n    image: <image>-beside\n    network_mode: "service:web"\n'
    writeFiles(project, { 'compose.yaml': `services:\n${web}${sidecar}` })
    const v1 = await project.push({ version: 'v1', healthcheck: false })
    await project.push({ version: 'v1', healthcheck: false, tag: 'latest-beside' })
    await project.byHand('up', '--detach')
    await project.byHand('stop', '--timeout', '0')
    const v2 = await project.push({ version: 'v2', healthcheck: false, behaviour })
    const [image, status] = [
      behaviour === 'healthy' ? v2 : v1,
      stopped === 'update' || behaviour === 'exits' ? 'created' : 'running',
    ]
    return { project, expected: { image: image.configDigest, status } }
  }
  type Victim = Awaited<ReturnType<typeof stage>> & { readonly moment: string }

  /** What is not as it is to be after a recovery, one sentence each. */
  async function broken({ project, expected, moment }: Victim): Promise<readonly string[]> {
    const [web, ...more] = await project.instances()
    const sidecar = await project.instance('sidecar')
    const found = { image: web?.Image, status: web?.State.Status, name: web?.Name, more: more.length, inside: sidecar.HostConfig.NetworkMode, beside: sidecar.State.Status, named: sidecar.Name } // prettier-ignore
    const wanted = { ...expected, name: `/${project.name}-web-1`, more: 0, inside: `container:${web?.Id}`, beside: 'created', named: `/${project.name}-sidecar-1` } // prettier-ignore
    return JSON.stringify(found) === JSON.stringify(wanted)
      ? []
      : [`${moment}: ${JSON.stringify(found)} in place of ${JSON.stringify(wanted)}`]
  }

  const cases = [
    ...['J3 move-tag after', 'J4 up before', 'J4 up after', 'J7 change before'].map((moment) => ['update', 'healthy', moment] as const),
    ...['J4 up before', 'J4 up after'].map((moment) => ['start', 'healthy', moment] as const),
    ...['J4 up after', 'R tag-old after', 'R up-old before', 'R up-old after'].map((moment) => ['start', 'exits', moment] as const),
  ] // prettier-ignore

  test('is survived at every moment that is its own', { timeout: crashTestLimitMs }, async () => {
    scene.configure({ defaults })
    const victims = await forAll(cases, async ([stopped, behaviour, moment]) => ({
      ...(await stage(stopped, behaviour)),
      moment: `${stopped}, ${behaviour}, ${moment}`,
      crashAt: moment,
    }))
    const crashAt = Object.fromEntries(victims.map((each) => [`${each.project.name}/web`, each.crashAt]))

    await startCrashRun(scene, { crashAt }).crash()
    await pass(scene)
    await pass(scene)

    expect((await forAll(victims, broken)).flat()).toEqual([])
  })

  test('is survived where Compose is killed too, amid what it makes', { timeout: crashTestLimitMs }, async () => {
    // Nothing is started, so that there is no last one of them.
    const requests = recreation.filter((each) => each !== 'start' && each !== 'stop')
    const victims = await forAll(requests, async (request) => ({ ...(await stage('update')), moment: `amid ${request}`, request })) // prettier-ignore
    const ids = new Map<string, string>()
    for (const { project } of victims) ids.set((await project.instance()).Id, project.name)
    const halts = victims.map(({ project, request }) => {
      return { project: project.name, request, phase: 'before', round: 1 } as const
    })
    const listen = join(dirname(scene.configFile), 'halting.sock')
    const halting = await haltEngine({ engine: scene.engine.host.slice('unix://'.length), listen }, ids, halts)
    engine = halting
    scene.configure({ defaults, targets: [{ name: 'local', host: halting.host, maxParallel: 4 }] })
    const { configFile, stateFolder } = scene
    const child = spawn(
      process.execPath,
      [crashFile, '{}', '--config', configFile, '--state', stateFolder, 'run', '--once'],
      { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
    )
    await waitUntil('each rollout stands still', () => halting.halted().length === victims.length, { limitMs: 100_000 })

    await killCompose(halting.host)
    child.kill('SIGKILL')
    halting.drop()
    await waitUntil('Compose has died', async () => (await composeProcesses(halting.host)).length === 0)
    const recovered = await pass(scene)
    await pass(scene)

    for (const { project } of victims) expect(told(recovered, project)).not.toHaveProperty('failures')
    expect((await forAll(victims, broken)).flat()).toEqual([])
  })
})
