import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { history, pass } from './stage/answers.ts'
import { stageProject } from './stage/compose-project.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

interface Hook {
  readonly exec?: readonly string[] | { readonly shell: string }
  readonly run?: readonly string[] | { readonly shell: string }
  readonly [key: string]: unknown
}
type Hooks = Readonly<Record<string, Hook | readonly Hook[] | string>>

describeWithServices('hooks', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => {
    for (const name of made.splice(0)) rmSync(name, { force: true })
    return scene.reset()
  })
  afterAll(() => scene?.close())

  const made: string[] = []
  /** A file beside the configuration, gone after the test. */
  const file = (name: string): string => {
    const path = join(dirname(scene.configFile), name)
    if (!made.includes(path)) made.push(path)
    return path
  }
  const lines = (name: string): readonly string[] =>
    existsSync(file(name)) ? readFileSync(file(name), 'utf8').trimEnd().split('\n') : []

  const configure = (hooks: Hooks) =>
    scene.configure({
      defaults: { gate: { stable: '1s', minUptime: '1s', deadline: '20s' }, keepOld: '1h', hooks },
    })
  /** A container of version 1, with version 2 pushed over it. */
  const outdated = async (second: Parameters<ReturnType<typeof stageWorkload>['push']>[0], ...options: string[]) => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1' })
    await web.start(...options)
    const before = await web.inspect()
    const { configDigest } = await web.push({ behaviour: 'healthy', ...second })
    return { web, before, isNew: async () => (await web.inspect()).Image === configDigest }
  }
  const why = async (name: string) => JSON.parse((await scene.run('why', name, '--output', 'json')).stdout) as Explained
  interface Explained {
    readonly code: string
    readonly sentences: readonly string[]
  }

  test('a dump inside the old version, and commands here, before and after a good rollout', async () => {
    const { web, isNew } = await outdated({ version: 'v2' }, '--volume', '/backup')
    configure({
      beforeRollout: [
        {
          name: 'dump',
          exec: { shell: 'echo "data of $$VERSION for $$LONGSHORE_ROLLOUT" > /backup/dump; id -u' },
          user: '0',
        },
        { run: { shell: `env | sort > ${file('environment')}; pwd >> ${file('environment')}` } },
      ],
      afterRollout: { exec: ['sh', '-c', 'echo "$$VERSION" > /backup/after'] },
    })

    const { stdout: planned } = await scene.run('plan')
    const { rollouts } = await pass(scene)

    expect(planned).toContain(
      'Hooks: beforeRollout dump, in the container; beforeRollout shell; afterRollout sh, in the container.',
    )
    expect(rollouts).toMatchObject([{ outcome: 'succeeded' }])
    expect(await isNew()).toBe(true)
    const [rollout] = rollouts
    expect(await scene.docker('exec', web.name, 'cat', '/backup/dump')).toBe(`data of v1 for ${rollout?.id}`)
    expect(await scene.docker('exec', web.name, 'cat', '/backup/after')).toBe('v2')
    const names = lines('environment').map((each) => each.split('=')[0] ?? '')
    // The shell's own beside ours: nothing of Longshore's environment but these two.
    expect(names.filter((each) => !each.startsWith('LONGSHORE_'))).toEqual(['HOME', 'PATH', 'PWD', '/'])
    expect(lines('environment')).toContain(`LONGSHORE_TO_DIGEST=${rollout?.toDigest}`)
    expect(lines('environment')).toContain(`LONGSHORE_WORKLOAD=${web.id}`)
    const told = await history(scene)
    expect(told.filter(({ kind }) => kind === 'hook').map(({ code, reason }) => [code, reason])).toEqual([
      ['HOOK_DONE', 'the hook sh after the rollout ended well'],
      ['HOOK_DONE', 'the hook shell before the rollout ended well'],
      ['HOOK_DONE', 'the hook dump before the rollout ended well'],
    ])
    expect(told.find(({ reason }) => reason.includes('dump'))).toMatchObject({ output: '0\n' })
  })

  test('one that fails stops the rollout before anything is touched, tells why, and gives no secret away', async () => {
    writeFileSync(file('password'), 'from-a-file-5up3r\n', { mode: 0o600 })
    const { web, before, isNew } = await outdated({ version: 'v2' }, '--env', 'DB_PASSWORD=of-the-container-5up3r')
    const secret = `\${file:${file('password')}}`
    configure({
      beforeRollout: { exec: ['sh', '-c', `echo "no login with $$DB_PASSWORD and ${secret}" >&2; exit 3`] },
    })

    const { rollouts, code } = await pass(scene)

    expect(code).toBe(1)
    expect(rollouts).toMatchObject([
      {
        outcome: 'failed',
        code: 'HOOK_FAILED',
        reason: 'the hook sh before the rollout failed with exit code 3: no login with *** and ***',
      },
    ])
    expect(await web.inspect()).toMatchObject({ Id: before.Id, State: { Status: 'running' } })
    expect(await web.taggedImage()).toBe(before.Image)
    expect(await scene.containers()).toEqual([web.name])
    const printed = [await scene.run('history'), await scene.run('why', web.name), await scene.run('status')]
    for (const { stdout, stderr } of printed) expect(stdout + stderr).not.toMatch(/5up3r/)
    expect((await scene.run('quarantine', 'list', '--output', 'json')).stdout.trim()).toBe('[]')

    configure({ beforeRollout: { exec: ['true'] } })
    await pass(scene)
    expect(await isNew()).toBe(true)
  })

  test('exit code 75 postpones: held with when it is asked again, and done once it agrees', async () => {
    const { web, before, isNew } = await outdated({ version: 'v2' })
    configure({
      beforeRollout: { run: { shell: `test -e ${file('idle')} || { echo "a film is on"; exit 75; }` } },
      retry: '10m',
    })

    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'abandoned', code: 'HOOK_POSTPONED' }])
    const { code, sentences } = await why(web.name)

    expect(code).toBe('POSTPONED')
    expect(sentences.join(' ')).toMatch(/a film is on; it is asked again in \d+ min.*longshore deploy/)
    expect(await web.inspect()).toMatchObject({ Id: before.Id, State: { Status: 'running' } })
    writeFileSync(file('idle'), '')
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])
    expect(await isNew()).toBe(true)
  })

  test('what outlives its limit is ended here with all that it started, and waited for in a container', async () => {
    const { web } = await outdated({ version: 'v2' }, '--volume', '/begun')
    const stubborn = `trap '' TERM; (trap '' TERM; sleep 300; echo late >> ${file('late')}) & echo $! > ${file('child')}; wait; wait`
    configure({ beforeRollout: { run: { shell: stubborn }, timeout: '1s' } })

    expect((await pass(scene)).rollouts).toMatchObject([
      { outcome: 'failed', reason: 'the hook shell before the rollout did not end within 1s' },
    ])
    expect(existsSync(`/proc/${lines('child')[0]}/exe`)).toBe(false)

    configure({ beforeRollout: { exec: ['sh', '-c', 'echo x >> /begun/times; sleep 300'], timeout: '5s' } })
    for (const rollouts of [(await pass(scene)).rollouts, (await pass(scene)).rollouts]) {
      expect(rollouts[0]?.reason).toContain('did not end within 5s, and may go on in there')
      expect(await scene.docker('exec', web.name, 'cat', '/begun/times')).toBe('x')
    }
  })

  test.each([
    ['before the rollout', 'beforeRollout', 2],
    ['after the rollout', 'afterRollout', 2],
  ])('killed in a hook %s, what serves goes on serving, and the hook runs again', async (_, moment, runs) => {
    const { web, before, isNew } = await outdated({ version: 'v2' })
    const wait = `echo "$$LONGSHORE_ROLLOUT" >> ${file('runs')}; while test ! -e ${file('go')}; do sleep 0.1; done`
    configure({ [moment]: { run: { shell: wait } } })

    const first = scene.start('run', '--once')
    await waitUntil('the hook runs', () => lines('runs').length === 1, { limitMs: 30_000 })
    first.kill('SIGKILL')
    await first.ended
    expect(await web.inspect()).toMatchObject({ State: { Status: 'running' } })
    if (moment === 'beforeRollout') expect((await web.inspect()).Id).toBe(before.Id)
    writeFileSync(file('go'), '')
    await pass(scene)
    await pass(scene)

    expect(await isNew()).toBe(true)
    expect(lines('runs')).toHaveLength(runs)
    // A rollout that had touched nothing is planned afresh; one that had passed is the same.
    expect(new Set(lines('runs')).size).toBe(moment === 'beforeRollout' ? 2 : 1)
  })

  test('asked to stop in a hook, it ends that and goes; what runs was not touched', async () => {
    const { web, before } = await outdated({ version: 'v2' })
    configure({ beforeRollout: { run: { shell: `echo $$$$ > ${file('pid')}; exec sleep 300` } } })

    const first = scene.start('run', '--once')
    await waitUntil('the hook runs', () => lines('pid').length === 1, { limitMs: 30_000 })
    await first.stop()

    expect(existsSync(`/proc/${lines('pid')[0]}/exe`)).toBe(false)
    expect(await web.inspect()).toMatchObject({ Id: before.Id, State: { Status: 'running' } })
  })

  test('around a rollback: in the bad version first, here once the old one serves; `rollback` makes a check a gate', async () => {
    const { web, before } = await outdated({ version: 'v2' }, '--volume', '/said')
    configure({
      afterRollout: { name: 'smoke', exec: ['sh', '-c', 'test "$$VERSION" = v1'], onFailure: 'rollback' },
      beforeRollback: { exec: ['sh', '-c', 'echo "$$VERSION $$LONGSHORE_REASON" > /said/bad'] },
      afterRollback: [
        { exec: ['sh', '-c', 'echo "$$VERSION" > /said/good'] },
        { run: { shell: `echo "$$LONGSHORE_OUTCOME" > ${file('outcome')}` } },
      ],
    })

    const { rollouts } = await pass(scene)

    expect(rollouts).toMatchObject([{ outcome: 'rolled-back', code: 'HOOK_FAILED' }])
    expect(await web.inspect()).toMatchObject({ Id: before.Id, State: { Status: 'running' } })
    expect(await scene.docker('exec', web.name, 'cat', '/said/bad', '/said/good')).toBe('v2 HOOK_FAILED\nv1')
    expect(lines('outcome')).toEqual(['rolled-back'])
    expect((await pass(scene)).workloads).toMatchObject([{ code: 'QUARANTINED' }])
  })

  test('a Compose service: in its first instance or in every one, before its file is edited', async () => {
    const shop = stageProject(scene, registry)
    await shop.push({ version: 'v1' })
    shop.write(
      'compose.yaml',
      `services:\n  web:\n    image: ${shop.image()}\n    scale: 2\n    labels: [longshore.watch=true]\n    volumes: [said:/said]\nvolumes: { said: }\n`,
    )
    await shop.byHand('up', '--detach')
    await shop.push({ version: 'v2' })
    configure({
      beforeRollout: [
        { exec: ['sh', '-c', 'echo "first $$VERSION" >> /said/all'] },
        { exec: ['sh', '-c', 'echo "every $$VERSION" >> /said/all'], instances: 'every' },
      ],
      afterRollout: { exec: ['sh', '-c', 'echo "after $$VERSION" >> /said/all'], instances: 'every' },
    })

    const { rollouts } = await pass(scene)

    expect(rollouts).toMatchObject([{ outcome: 'succeeded' }])
    const [one] = await shop.instances()
    expect(await scene.docker('exec', one?.Id ?? '', 'cat', '/said/all')).toBe(
      ['first v1', 'every v1', 'every v1', 'after v2', 'after v2'].join('\n'),
    )
    expect(await shop.upByHand()).toEqual([])
  })
})
