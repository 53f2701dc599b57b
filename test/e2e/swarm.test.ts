import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import type { PushedImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { about, history, pass, status, type PassAnswer } from './stage/answers.ts'
import { outlastsEnds } from './stage/gates.ts'
import { at } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { envelope } from '../fakes/event-requests.ts'
import {
  createService,
  initSwarm,
  outlastsTaskEnds,
  removeServices,
  stageService,
  type StagedService,
} from './stage/swarm.ts'
import { rulesFor, serviceRows as rows, type ServiceRow as Row } from './swarm-rows.ts'

interface Staged {
  readonly service: StagedService
  readonly v1: PushedImage
  readonly v2: PushedImage
}

describeWithServices('Swarm services', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  const gate = { stable: '300ms', minUptime: '300ms', deadline: '20s' }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
    await initSwarm(scene)
  })
  afterAll(() => scene?.close())

  async function stage(
    options: readonly string[],
    behaviour: Row['v2'] = 'healthy',
    unasked?: string,
  ): Promise<Staged> {
    const service = stageService(scene, registry, unasked)
    const v1 = await service.push({ version: 'v1' })
    const create = unasked === undefined ? service.create : service.createUnasked
    await create(...options, ...(behaviour === 'exits' ? outlastsTaskEnds : []))
    return { service, v1, v2: await service.push({ version: 'v2', behaviour }) }
  }

  async function settle(more: object = {}): Promise<void> {
    await removeServices(scene)
    await scene.reset()
    scene.configure({ targets: [{ name: 'local', host: scene.engine.host, maxParallel: 20, brake: false }], defaults: { gate }, ...more })
  } // prettier-ignore

  describe('after a new version was pushed', () => {
    const staged = new Map<Row, Staged>()
    let told: PassAnswer
    let stranger: Staged
    const before = new Map<Row, unknown>()
    beforeAll(async () => {
      await settle({ workloads: rulesFor(registryAddress) })
      const strange = stage(['--container-label', 'maker=us'], 'healthy', 'strange')
      await Promise.all(rows.map(async (row) => staged.set(row, await stage(row.options, row.v2, row.unasked))))
      stranger = await strange
      for (const [row, { service }] of staged) before.set(row, (await service.inspect()).Spec)
      told = await pass(scene)
    })
    afterAll(() => settle())

    test.each(rows)('$kind: $state, $code', async (row) => {
      const { service, v1, v2 } = staged.get(row) as Staged
      const rollout = told.rollouts.find((each) => each.workload === service.id)

      expect(about(told, service)).toMatchObject({ state: row.state, code: row.code })
      expect(rollout?.code ?? null, rollout?.reason ?? '').toBe(row.outcome)
      const { digest } = row.runs === 'v1' ? v1 : v2
      expect((await service.inspect()).Spec.TaskTemplate.ContainerSpec.Image).toBe(`${service.image}@${digest}`)
      expect(await service.running()).toEqual(Array.from({ length: row.tasks }, () => digest))
    })

    test('one that neither a label of its own nor a rule asks for is nobody’s business', async () => {
      expect(told.workloads.map(({ id }) => id)).not.toContain(stranger.service.id)
      expect(await stranger.service.running()).toEqual([stranger.v1.digest])
    })

    test('nothing of its specification has changed but the image', async () => {
      const [row] = rows
      const { service, v1, v2 } = staged.get(row as Row) as Staged

      const after = JSON.stringify((await service.inspect()).Spec)

      expect(after.replace(v2.digest, v1.digest)).toBe(JSON.stringify(before.get(row as Row)))
    })

    test.each(rows.filter(({ v2 }) => v2 === 'exits'))(
      '$kind: it went back by its own rollback settings, to what it was told before',
      async (row) => {
        const { UpdateStatus, Spec } = await (staged.get(row) as Staged).service.inspect()

        expect(UpdateStatus).toMatchObject({ State: 'rollback_completed' })
        expect(Spec).toEqual(before.get(row))
      },
    )

    test('a bad version is told in the words of the Swarm', async () => {
      const { service } = staged.get(rows.find(({ kind }) => kind.includes('pauses')) as Row) as Staged
      const entries = (await history(scene)).filter((each) => each.workload === service.id)

      expect(entries.find(({ kind }) => kind === 'rollout-ended')?.reason).toMatch(
        /^its Swarm paused the update: update paused due to failure or early termination; task \d is failed \(task: non-zero exit \(1\)\)$/,
      )
      expect(entries.find(({ logTail }) => logTail)?.logTail).toBe('cannot go on\n')
    })
  })

  describe('by other hands', () => {
    /** Its Swarm writes down what it does meanwhile, and who comes second has to say it again. */
    const insist = (...args: string[]) => waitUntil('it is heard', () => scene.docker(...args))

    beforeAll(() => settle())
    afterEach(() => settle())

    test('one that is put back by hand in the middle stays as it was put', async () => {
      const { service, v1 } = await stage(['--replicas', '2', '--update-delay', '2s'])
      const rollBack = () => insist('service', 'rollback', '--detach', service.name)

      const { rollouts } = await pass(scene, at('after', 'update-service', rollBack))

      expect(rollouts[0]).toMatchObject({ outcome: 'superseded', code: 'PUT_BACK_BY_HAND' })
      const told = await pass(scene)
      expect(told.rollouts).toEqual([])
      expect(about(told, service)).toMatchObject({ state: 'held', code: 'CHANGED_BY_HAND' })
      expect(await service.running()).toEqual([v1.digest, v1.digest])
    })

    test('one that failed and is put back by hand before we have looked is left as it was put', async () => {
      const { service, v1 } = await stage(['--update-failure-action', 'continue'], 'exits')
      const putBack = () =>
        waitUntil('it failed', async () => (await scene.docker('service', 'ps', service.name)).includes('Failed'))
          .then(() => insist('service', 'rollback', '--detach', service.name))

      const told = await pass(scene, at('after', 'update-service', putBack))
      const next = await pass(scene)

      expect(told.rollouts).toMatchObject([{ outcome: 'superseded', code: 'PUT_BACK_BY_HAND' }])
      expect(next.rollouts).toEqual([])
      expect(about(next, service)).toMatchObject({ state: 'held', code: 'CHANGED_BY_HAND' })
      expect(await service.running()).toEqual([v1.digest])
    })

    test('what somebody begins just before us goes first, and is kept', async () => {
      const { service, v1 } = await stage(['--update-delay', '3s', '--replicas', '2'])
      const change = () => insist('service', 'update', '--detach', '--env-add', 'THEIRS=1', service.name)
        .then(() => waitUntil('their update is under way', async () => (await service.inspect()).UpdateStatus?.State === 'updating'))

      const { rollouts } = await pass(scene, at('before', 'update-service', change))

      expect(rollouts[0]).toMatchObject({ outcome: 'abandoned', code: 'SERVICE_UPDATING' })
      const { Env, Image } = (await service.inspect()).Spec.TaskTemplate.ContainerSpec
      expect([Env, Image]).toEqual([['THEIRS=1'], `${service.image}@${v1.digest}`])
    })

    test('what was scaled just before us keeps its new size', async () => {
      const { service, v2 } = await stage([])
      const scale = () => insist('service', 'scale', '--detach', `${service.name}=2`)

      const { rollouts } = await pass(scene, at('before', 'update-service', scale))

      expect(rollouts[0]).toMatchObject({ outcome: 'succeeded' })
      expect(await service.running()).toEqual([v2.digest, v2.digest])
    })

    test('one that was made through the API without a tag is followed for good', async () => {
      const service = stageService(scene, registry)
      await service.push({ version: 'v1' })
      // As a list entry of a stack file writes that label.
      const Image = service.image.replace(':latest', '')
      await createService(scene, { Name: service.name, Labels: { 'registry-docker-updater: true': '' }, TaskTemplate: { ContainerSpec: { Image } }, UpdateConfig: { Parallelism: 1, Monitor: 1e9 } })
      for (const version of ['v2', 'v3']) {
        const { digest } = await service.push({ version })

        expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])
        expect(await service.running()).toEqual([digest])
      }
    })

    test('one that is told something else in the middle keeps that', async () => {
      const { service } = await stage([])
      const other = stageService(scene, registry, 'other')
      await other.push({ version: 'theirs' })
      const tell = () => insist('service', 'update', '--detach', '--image', other.image, service.name)

      const { rollouts } = await pass(scene, at('after', 'update-service', tell))

      expect(rollouts[0]).toMatchObject({ outcome: 'superseded', code: 'REPLACED_BY_HAND' })
      expect((await service.inspect()).Spec.TaskTemplate.ContainerSpec.Image).toContain(other.image)
    })

    test('one that is removed in the middle stays removed', async () => {
      const { service } = await stage([])
      const remove = () => scene.docker('service', 'rm', service.name)

      const { rollouts } = await pass(scene, at('before', 'update-service', remove))

      expect(rollouts[0]).toMatchObject({ outcome: 'superseded', code: 'REMOVED_BY_HAND' })
    })

    test('one that was told the old version again afterwards is held, and told so', async () => {
      const { service, v1 } = await stage([])
      expect((await pass(scene)).rollouts[0]?.outcome).toBe('succeeded')
      await scene.docker('service', 'update', '--image', `${service.image}@${v1.digest}`, service.name)

      const told = await pass(scene)

      expect(about(told, service)).toMatchObject({ state: 'held', code: 'CHANGED_BY_HAND' })
      expect(await service.running()).toEqual([v1.digest])
    })

    test('an update of somebody else is waited for', async () => {
      const { service } = await stage(['--replicas', '2', '--update-delay', '60s'])
      await scene.docker('service', 'update', '--detach', '--env-add', 'THEIRS=1', service.name)
      await waitUntil('their update is under way', async () => (await service.inspect()).UpdateStatus?.State === 'updating')

      const told = await pass(scene)

      expect(about(told, service)).toMatchObject({ state: 'held', code: 'SERVICE_UPDATING' })
      expect(told.rollouts).toEqual([])
      expect(about(await status(scene), service).reason).toBe('an update of it is under way')
    })
  }) // prettier-ignore

  test('a stack goes in the order of its file, and back as one', async () => {
    await settle()
    const stack = uniqueName('shop')
    const [db, web] = ['db', 'web'].map((name) => stageService(scene, registry, '', `${stack}_${name}`)) as [StagedService, StagedService]
    // On the network of their node they must not both listen.
    const env = { PORT: '' }
    const v1 = { db: await db.push({ version: 'v1', env }), web: await web.push({ version: 'v1', env }) }
    const deploy = { update_config: { monitor: '1s' }, rollback_config: { monitor: '1s' }, restart_policy: { delay: '500ms' } }
    const labels = { 'longshore.after': 'db', 'longshore.gate.min-uptime': outlastsEnds }
    const ofWeb = { ...deploy, update_config: { monitor: outlastsEnds }, labels }
    const services = { db: { image: db.image, deploy }, web: { image: web.image, deploy: ofWeb } }
    const file = join(scene.stateFolder, '../stack.json')
    writeFileSync(file, JSON.stringify({ version: '3.8', services, networks: { default: { external: true, name: 'host' } } }))
    scene.configure({ targets: [{ name: 'local', host: scene.engine.host, maxParallel: 4, brake: false }], defaults: { gate }, workloads: [{ match: { stack: 'shop-*' }, group: 'shop', onManualChange: 'reapply' }], groups: { shop: { atomic: true } } })
    await scene.docker('stack', 'deploy', '--compose-file', file, stack)
    await waitUntil('the stack runs', async () => (await db.running()).length + (await web.running()).length === 2)
    await db.push({ version: 'v2', env })
    await web.push({ version: 'v2', behaviour: 'exits', env })

    const { rollouts } = await pass(scene)
    const again = await pass(scene)

    const all = [...rollouts, ...again.rollouts].map(({ workload, outcome }) => `${workload.split('_')[1]} ${outcome}`)
    expect(all).toEqual(['db succeeded', 'web rolled-back', 'db succeeded'])
    expect([await db.running(), await web.running()]).toEqual([[v1.db.digest], [v1.web.digest]])

    // Deployed again as it was it keeps what it runs. What is told to run its tag alone is told again what was decided.
    const v3 = { db: await db.push({ version: 'v3', env }), web: await web.push({ version: 'v3', env }) }
    expect((await pass(scene)).rollouts).toHaveLength(2)
    await scene.docker('stack', 'deploy', '--compose-file', file, stack)
    await scene.docker('service', 'update', '--no-resolve-image', '--image', db.image, db.name)
    expect((await pass(scene)).rollouts).toMatchObject([{ workload: db.id, outcome: 'succeeded' }])
    expect([await db.running(), await web.running()]).toEqual([[v3.db.digest], [v3.web.digest]])
  }) // prettier-ignore

  test('the news of a push brings it to run at once', async () => {
    await settle()
    const service = stageService(scene, registry)
    await service.push({ version: 'v1' })
    await service.create()
    const port = await freePort()
    const secret = 'a-secret-for-events-only'
    const events = [{ name: 'registry', kind: 'distribution', registry: registryAddress, secret }]
    scene.configure({ targets: [{ name: 'local', host: scene.engine.host }], defaults: { gate }, pollInterval: '1h', listen: { port }, events })
    const running = scene.start('run')
    await waitUntil('it is current', () => running.log().includes(`${service.id}: current: `))

    const v2 = await service.push({ version: 'v2' })
    const body = JSON.stringify(envelope({ repository: service.name, tag: 'latest', digest: v2.digest }))
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/vnd.docker.distribution.events.v1+json' }
    const answer = await fetch(`http://127.0.0.1:${port}/hooks/registry`, { method: 'POST', headers, body })

    expect(answer.ok).toBe(true)
    await waitUntil('it runs the new version', async () => (await service.running())[0] === v2.digest)
    expect(await running.stop()).toBe(0)
  }) // prettier-ignore

  test('what is left on this node of a superseded version goes, and nothing else', async () => {
    await settle()
    const { service, v1 } = await stage([])
    const stranger = await scene.docker('create', '--label', `com.docker.swarm.service.name=${service.name}`, `${service.image}@${v1.digest}`)
    const ended = () => scene.docker('ps', '--all', '--quiet', '--no-trunc', '--filter', 'status=exited', '--filter', 'status=created')
    scene.configure({ targets: [{ name: 'local', host: scene.engine.host, brake: false }], defaults: { gate, keepImages: 0 } })

    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])
    expect(await ended()).toBe(stranger)
    await scene.docker('rm', stranger)
    const v3 = await service.push({ version: 'v3' })
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])

    expect(await ended()).toBe('')
    expect(await service.running()).toEqual([v3.digest])
    expect(await scene.docker('images', '--all', '--quiet', '--no-trunc', '--digests')).toContain(v3.configDigest)
  }) // prettier-ignore

  const start = ['--label', 'longshore.jobs=start']

  /** The runs of a job that its Swarm remembers, each as `<digest> <state>`. */
  async function runsOf({ name }: StagedService): Promise<readonly string[]> {
    const lines = await scene.docker('service', 'ps', name, '--no-trunc', '--format', '{{.Image}} {{.CurrentState}}')
    return lines.split('\n').map((each) => each.replace(/.*@(\S+) (\w+).*/, '$1 $2')).toSorted()
  } // prettier-ignore

  const hasRun = (job: StagedService, { digest }: PushedImage) =>
    waitUntil('a run of it has come to its end', async () => (await runsOf(job)).includes(`${digest} Complete`))

  /** A job that has run to its end, and a new version of it. */
  async function stageJob(options: readonly string[], mode = 'replicated-job'): Promise<Staged> {
    const service = stageService(scene, registry, 'job')
    const v1 = await service.push({ version: 'v1', behaviour: 'completes' })
    await service.createJob('--mode', mode, ...options)
    // A run under way is not ended by another image.
    await hasRun(service, v1)
    return { service, v1, v2: await service.push({ version: 'v2', behaviour: 'completes' }) }
  }

  test('a job is left alone, and started for a new image where it is told to; it is not taken back', async () => {
    await settle()
    const flag = join(scene.stateFolder, '../flag')
    mkdirSync(flag)
    const needsFlag = ['--mount', `type=bind,source=${flag},target=/flag`]
    const [left, ...told] = await Promise.all([stageJob([]), stageJob([...start, ...needsFlag]), stageJob([...start, ...needsFlag], 'global-job')])

    const first = await pass(scene)
    const cmd = ['sh', '-c', 'test -e /flag/there']
    const bad = await Promise.all(told.map(async (job) => ({ ...job, v3: await job.service.push({ version: 'v3', cmd }) })))
    const second = await pass(scene)

    expect(about(first, left.service)).toMatchObject({ state: 'ignored', code: 'JOB' })
    expect(first.rollouts.map(({ code }) => code)).toEqual(['JOB_COMPLETED', 'JOB_COMPLETED'])
    expect(second.rollouts).toHaveLength(2)
    for (const { service, v2, v3 } of bad) {
      const rollout = second.rollouts.find(({ workload }) => workload === service.id)
      expect(rollout).toMatchObject({ outcome: 'failed', code: 'GATE_EXITED', fromDigest: v2.digest, reason: expect.stringContaining('a job is not rolled back') })
      expect((await service.inspect()).Spec.TaskTemplate.ContainerSpec.Image).toContain(v3.digest)
      expect(about(second, service)).toMatchObject({ state: 'held', code: 'JOB_FAILED' })
      const refused = await scene.run('rollback', service.id)
      expect(refused.code).not.toBe(0)
      expect(refused.stderr).toContain('is a job, which is not rolled back')
    }

    // Their Swarm goes on trying.
    writeFileSync(join(flag, 'there'), '')
    for (const { service, v3 } of bad) await hasRun(service, v3)
    const third = await pass(scene)

    expect(bad.map(({ service }) => about(third, service).code)).toEqual(['CURRENT', 'CURRENT'])
    expect(third.rollouts).toEqual([])
  }) // prettier-ignore

  test('kill -9 at each step is survived, and nothing is told twice', { timeout: crashTestLimitMs }, async () => {
    await settle()
    const good = ['J0 change before', 'J1 change before', 'J2 capture before', 'J2 capture after', 'J4 update-service before', 'J4 update-service after', 'J7 change before', 'J8 change before']
    const bad = ['R change before', 'R revert-service before', 'R revert-service after', 'R end']
    const ofJobs = ['J4 update-service before', 'J4 update-service after', 'J7 change before']
    const cases = [
      ...good.map((moment) => ({ moment, behaviour: 'healthy', options: [] }) as const),
      ...bad.map((moment) => ({ moment, behaviour: 'exits', options: [] }) as const),
      // While we are away its Swarm takes it back.
      { moment: 'J4 update-service after', behaviour: 'exits', options: ['--update-failure-action', 'rollback'] } as const,
    ]
    const victims = await Promise.all(cases.map(async (each) => ({ ...each, ...(await stage(each.options, each.behaviour)) })))
    const jobs = await Promise.all(ofJobs.map(async (moment) => ({ moment, ...(await stageJob(start)) })))
    const crashAt = Object.fromEntries([...victims, ...jobs].map(({ service, moment }) => [service.name, moment]))

    await startCrashRun(scene, { crashAt }).crash()
    await pass(scene)
    const told = await pass(scene)

    for (const { service, v1, v2, moment, behaviour } of victims) {
      const isGood = behaviour === 'healthy'
      const { state, code } = about(told, service)
      expect(await service.running(), moment).toEqual([isGood ? v2.digest : v1.digest])
      expect([state, code], moment).toEqual(isGood ? ['current', 'CURRENT'] : ['held', 'QUARANTINED'])
      // Told twice, it would have had the new version before as well.
      if (isGood) expect(JSON.stringify((await service.inspect()).PreviousSpec), moment).toContain(v1.digest)
    }
    for (const { service, v1, v2, moment } of jobs) {
      expect(about(told, service), moment).toMatchObject({ state: 'current', code: 'CURRENT' })
      expect(await runsOf(service), moment).toEqual([`${v1.digest} Complete`, `${v2.digest} Complete`].toSorted())
    }
  }) // prettier-ignore
})
