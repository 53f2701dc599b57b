import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { PushedImage } from '../services/images.ts'
import { describeWithServices } from '../services/shared.ts'
import { about, history, pass, plan, type PassAnswer } from './stage/answers.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

/** A kind of container, what is done with it, and what has become of it after one pass with a new version pushed. */
interface Row {
  readonly kind: string
  /** Options of `docker create`, beside name and watch label. */
  readonly options?: readonly string[]
  readonly labels?: readonly string[]
  /** `docker` commands with `WEB` for the name, after the create. */
  readonly acts?: readonly string[]
  readonly v1?: 'healthy' | 'exits'
  readonly v2?: 'healthy' | 'exits'
  /** In place of the tag that is followed. */
  readonly image?: (pushed: PushedImage) => string
  readonly outcome: string | null
  readonly state: string
  readonly code: string
  /** Version and status of the container of its name; null when there is none. */
  readonly is: string | null
}

const run = ['start WEB']
const runAndStop = ['start WEB', 'stop --time 0 WEB']
const update = ['longshore.stopped=update']
const start = ['longshore.stopped=start']
const rm = ['--rm']
const recreate = ['longshore.auto-remove=recreate']

const rows: readonly Row[] = [
  { kind: 'created', outcome: null, state: 'ignored', code: 'STOPPED', is: 'v1 created' },
  { kind: 'created, update', labels: update, outcome: 'LEFT_STOPPED', state: 'current', code: 'CURRENT', is: 'v2 created' },
  { kind: 'created, start', labels: start, outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', is: 'v2 running' },
  { kind: 'exited', acts: runAndStop, outcome: null, state: 'ignored', code: 'STOPPED', is: 'v1 exited' },
  { kind: 'exited, update', acts: runAndStop, labels: update, outcome: 'LEFT_STOPPED', state: 'current', code: 'CURRENT', is: 'v2 created' },
  { kind: 'exited, start', acts: runAndStop, labels: start, outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', is: 'v2 running' },
  { kind: 'exited, start, bad', acts: runAndStop, labels: start, v2: 'exits', outcome: 'GATE_EXITED', state: 'held', code: 'QUARANTINED', is: 'v1 exited' },
  { kind: 'paused', acts: [...run, 'pause WEB'], outcome: null, state: 'ignored', code: 'PAUSED', is: 'v1 paused' },
  { kind: 'restarting', options: ['--restart', 'always'], acts: run, v1: 'exits', outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', is: 'v2 running' },
  { kind: '--rm', options: rm, acts: run, outcome: null, state: 'ignored', code: 'AUTO_REMOVE', is: 'v1 running' },
  { kind: '--rm, recreate', options: [...rm, '--volume', '/data'], acts: run, labels: recreate, outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', is: 'v2 running' },
  { kind: '--rm, recreate, bad', options: rm, acts: run, labels: recreate, v2: 'exits', outcome: 'GATE_EXITED', state: 'held', code: 'QUARANTINED', is: 'v1 running' },
  { kind: '--rm, created, both', options: rm, labels: [...update, ...recreate], outcome: 'LEFT_STOPPED', state: 'current', code: 'CURRENT', is: 'v2 created' },
  { kind: '--rm, created, recreate', options: rm, labels: recreate, outcome: null, state: 'ignored', code: 'STOPPED', is: 'v1 created' },
  { kind: 'without a tag', acts: run, image: ({ reference }) => reference.replace(/:latest$/, ''), outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', is: 'v2 running' },
  { kind: 'a digest', acts: run, image: ({ reference, digest }) => `${reference.replace(/:latest$/, '')}@${digest}`, outcome: null, state: 'ignored', code: 'NOT_A_TAG', is: 'v1 running' },
  { kind: 'off all networks', acts: [...run, 'network disconnect bridge WEB'], outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', is: 'v2 running' },
  { kind: 'an image id', acts: run, image: ({ configDigest }) => configDigest, outcome: null, state: 'ignored', code: 'NOT_A_TAG', is: 'v1 running' },
] // prettier-ignore

describeWithServices('every kind of container', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  const staged = new Map<Row, StagedWorkload>()
  const volumes = new Map<string, string>()
  let told: PassAnswer

  beforeAll(async () => {
    scene = await openScene()
    scene.configure({
      defaults: { gate: { stable: '500ms', minUptime: outlastsEnds, deadline: '20s' }, keepOld: '0s' },
    })
    await Promise.all(rows.map(stage))
    for (const row of rows) await make(row)
    told = await pass(scene)
  })
  afterAll(async () => {
    // A frozen process cannot be killed, so nothing may stay paused.
    await scene?.reset()
    await scene?.close()
  })

  async function stage(row: Row): Promise<void> {
    const web = stageWorkload(scene, registry, 'kind')
    staged.set(row, web)
    const pushed = await web.push({ version: 'v1', healthcheck: false, behaviour: row.v1 ?? 'healthy' })
    const image = row.image?.(pushed) ?? web.image
    await scene.docker('pull', '--quiet', web.image)
    const labels = ['longshore.watch=true', ...(row.labels ?? [])].flatMap((label) => ['--label', label])
    await scene.docker('create', '--name', web.name, ...labels, ...(row.options ?? []), image)
    await web.push({ version: 'v2', healthcheck: false, behaviour: row.v2 ?? 'healthy' })
  }

  async function make(row: Row): Promise<void> {
    const { name } = of(row)
    for (const command of row.acts ?? []) await scene.docker(...command.replaceAll('WEB', name).split(' '))
    const [mount] = (await scene.inspect(name)).Mounts
    if (mount?.Name !== undefined) volumes.set(name, mount.Name)
  }

  const of = (row: Row): StagedWorkload => {
    const web = staged.get(row)
    if (web === undefined) throw new Error(`${row.kind} was not staged`)
    return web
  }

  async function look({ name }: StagedWorkload): Promise<string | null> {
    if (!(await scene.containers()).includes(name)) return null
    const { State, Config } = await scene.inspect(name)
    return `${Config.Env?.find((one) => one.startsWith('VERSION='))?.slice('VERSION='.length)} ${State.Status}`
  }

  test.each(rows)('$kind: $state, $code', async (row) => {
    const web = of(row)

    const rollout = told.rollouts.find((each) => each.workload === web.id)

    expect(rollout?.code ?? null, rollout?.reason ?? '').toBe(row.outcome)
    expect(about(told, web)).toMatchObject({ state: row.state, code: row.code })
    expect(await look(web)).toBe(row.is)
    const { HostConfig } = await web.inspect()
    expect(HostConfig.AutoRemove).toBe(row.options?.includes('--rm') ?? false)
    expect(HostConfig.RestartPolicy.Name).toBe(row.options?.includes('always') ? 'always' : 'no')
  })

  test.each(rows)('$kind: it is on as many networks as before', async (row) => {
    const template = '{{len .NetworkSettings.Networks}}'
    const isOff = row.acts?.some((each) => each.startsWith('network disconnect')) ?? false

    const networks = await scene.docker('inspect', '--format', template, of(row).name)

    expect(networks).toBe(isOff ? '0' : '1')
  })

  test('leaves nothing of ours beside them, and no volume behind', async () => {
    expect((await scene.containers()).filter((name) => name.includes('.longshore-'))).toEqual([])
    for (const [name, volume] of volumes) {
      expect((await scene.inspect(name)).Mounts.map((mount) => mount.Name)).toEqual([volume])
    }
  })

  test('is told in plain sentences', async () => {
    const left = of(rows[4] as Row) // exited, update
    const events = await history(scene)
    const sentences = events.filter((each) => each.workload === left.id).map(({ reason }) => reason)

    expect(sentences).toEqual([
      'it did not run, so it was replaced and left stopped; nothing but its image could be checked',
      'the tag latest names another digest; it does not run, and is left stopped',
    ])
    expect((await scene.run('why', left.name)).stdout).toContain('That is what it was made from.')
    const ignored = (await scene.run('why', of(rows[3] as Row).name)).stdout
    expect(ignored).toContain('it is not running')
    expect(ignored).toContain('`stopped: update`')
    expect((await scene.run('why', of(rows[9] as Row).name)).stdout).toContain('`autoRemove: recreate`')
  })

  test('can be taken back by hand, and stays stopped', async () => {
    const web = of(rows[4] as Row) // exited, update

    const back = await scene.run('rollback', web.name)

    expect(back.code, back.stderr).toBe(0)
    expect(await look(web)).toBe('v1 created')
  })

  test('a plan says how each would go', async () => {
    const web = stageWorkload(scene, registry, 'kind')
    await web.push({ version: 'v1', healthcheck: false })
    await web.start('--rm', '--label', recreate[0] ?? '')
    await web.push({ version: 'v2', healthcheck: false })

    expect(about(await plan(scene), web).rollout).toMatchObject({
      order: 'stop-first',
      why: 'stopping it removes it, so a copy is made before',
    })
  })
})

describeWithServices('an image that was built on the engine', ({ registryAddress }) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  describe('and that no registry has', () => {
    test('is no failure at any poll', async () => {
      const web = stageWorkload(scene, { address: registryAddress }, 'built')
      const { reference } = await web.push({ version: 'v1', healthcheck: false })
      const built = `${registryAddress}/nowhere-${web.name}:1`
      await scene.docker('create', '--name', 'seed', reference)
      await scene.docker('commit', 'seed', built)
      await scene.docker('run', '--detach', '--name', web.name, '--label', 'longshore.watch=true', built)

      const { code, workloads } = await pass(scene)

      expect(code).toBe(0)
      expect(about({ workloads }, web)).toMatchObject({
        state: 'held',
        code: 'BUILT_HERE_ONLY',
        reason: expect.stringContaining('was built or loaded on the engine'),
      })
    })
  })
})
