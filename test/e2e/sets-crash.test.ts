import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { pushImage, type PushedImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { forAll } from './crash-fleet.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { openScene, type Scene } from './stage/scene.ts'

/** A watched container, one that lives in its network and one that has its volumes, and where it is killed. */
interface SmallSet {
  readonly name: string
  readonly moment: string
  readonly v1: PushedImage
  readonly v2: PushedImage
}

/** Moments of a good version, and of one whose dependants run before it turns out to be bad. */
const moments = {
  healthy: [
    'J3 create-dependants before',
    'J3 create-dependants after',
    'J4 disarm-dependants after',
    'J4 stop-dependants after',
    'J5 rename-dependants after',
    'J6 start-new after',
    'J6 start-dependants after',
    'J8 arm-dependants after',
    'J8 remove-old-dependants after',
  ],
  unhealthy: [
    'R stop-new-dependants after',
    'R rename-dependants-back after',
    'R arm-old-dependants after',
    'R start-old after',
    'R start-old-dependants after',
    'R remove-new-dependants after',
  ],
} as const

type Behaviour = keyof typeof moments

describeWithServices('a set whose rollout is killed', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let app: PushedImage
  beforeAll(async () => {
    scene = await openScene()
    const gate = { stable: '300ms', minUptime: '300ms', deadline: '30s' }
    scene.configure({ defaults: { gate, keepOld: '0s' } })
    app = await pushImage(registry, { repository: uniqueName('app'), version: 'app', healthcheck: false })
  })
  afterEach(async () => {
    const ids = await scene.docker('ps', '--all', '--quiet')
    if (ids !== '') await scene.docker('rm', '--force', '--volumes', ...ids.split('\n'))
    rmSync(scene.stateFolder, { recursive: true, force: true })
  })
  afterAll(() => scene?.close())

  async function startSet(moment: string, behaviour: Behaviour): Promise<SmallSet> {
    const name = uniqueName('vpn')
    const v1 = await pushImage(registry, { repository: name, version: 'v1' })
    const checks = ['--health-interval', '60s', '--health-start-interval', '500ms']
    const start = behaviour === 'healthy' ? '30s' : '300ms'
    const options = ['--restart', 'unless-stopped', '--stop-timeout', '2']
    const run = (...args: string[]) => scene.docker('run', '--detach', ...options, ...args)
    const watched = ['--label', 'longshore.watch=true', '--volume', '/shared', ...checks]
    await run('--name', name, ...watched, '--health-start-period', start, '--health-retries', '1', v1.reference)
    await run('--name', `${name}-in`, '--network', `container:${name}`, '--env', 'PORT=9001', app.reference)
    await run('--name', `${name}-of`, '--volumes-from', name, app.reference)
    const v2 = await pushImage(registry, { repository: name, version: 'v2', behaviour })
    return { name, moment, v1, v2 }
  }

  /** What is broken, one sentence each. @param allowed versions that it may run, all of it the same */
  async function broken(sets: readonly SmallSet[], allowed: readonly string[]): Promise<readonly string[]> {
    const names = await scene.containers()
    const found = await forAll(sets, async ({ name, moment, v1, v2 }) => {
      const wrong: string[] = []
      const own = names.filter((each) => each.startsWith(name))
      if (own.join(' ') !== `${name} ${name}-in ${name}-of`) return [`killed at ${moment}: there are ${own.join(' ')}`]
      const [provider, inside, of] = await Promise.all([name, `${name}-in`, `${name}-of`].map(scene.inspect))
      const version = provider?.Image === v2.configDigest ? 'v2' : provider?.Image === v1.configDigest ? 'v1' : 'none'
      if (!allowed.includes(version)) wrong.push(`it runs ${version}`)
      for (const each of [provider, inside, of]) {
        if (each?.State.Status !== 'running') wrong.push(`${each?.Name} is ${each?.State.Status}`)
        if (each?.HostConfig.RestartPolicy.Name !== 'unless-stopped') wrong.push(`${each?.Name} is not armed`)
      }
      if (inside?.Image !== app.configDigest || of?.Image !== app.configDigest)
        wrong.push('a dependant has another image')
      if (inside?.HostConfig.NetworkMode !== `container:${provider?.Id}`) wrong.push('its network is another one')
      const asking = 'wget -q -O - http://127.0.0.1:8080/ || echo nothing'
      const page = await scene.docker('exec', `${name}-in`, 'sh', '-c', asking).catch(String)
      if (page !== version) wrong.push(`from its network it reads ${page}`)
      const mounted = of?.Mounts.map((each) => each.Name).join()
      if (mounted !== provider?.Mounts.map((each) => each.Name).join()) wrong.push('its volumes are others')
      return wrong.map((each) => `killed at ${moment}: ${each}`)
    })
    return found.flat()
  }

  async function crash(behaviour: Behaviour): Promise<readonly SmallSet[]> {
    const sets = await forAll(moments[behaviour], (moment) => startSet(moment, behaviour))
    const crashAt = Object.fromEntries(sets.map(({ name, moment }) => [name, moment]))
    await startCrashRun(scene, { crashAt }).crash()
    return sets
  }

  test('goes on to the new version, or back to the old one, as one', { timeout: crashTestLimitMs }, async () => {
    const sets = await crash('healthy')

    const first = await scene.run('run', '--once')
    expect(await broken(sets, ['v1', 'v2']), first.stderr).toEqual([])

    const second = await scene.run('run', '--once')
    expect(await broken(sets, ['v2']), second.stderr).toEqual([])
  })

  test('is back as one from every step of the way back', { timeout: crashTestLimitMs }, async () => {
    const sets = await crash('unhealthy')

    const first = await scene.run('run', '--once')

    expect(await broken(sets, ['v1']), first.stderr).toEqual([])
  })

  test('is whole again from its labels alone, where the state is lost too', { timeout: crashTestLimitMs }, async () => {
    const sets = await crash('healthy')
    rmSync(scene.stateFolder, { recursive: true, force: true })

    const first = await scene.run('run', '--once')

    expect(await broken(sets, ['v1', 'v2']), first.stderr).toEqual([])
    expect((await scene.run('status')).stdout).toContain('longshore resume')
  })
})
