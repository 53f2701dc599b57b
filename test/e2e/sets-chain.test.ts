import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PushedImage } from '../services/images.ts'
import { pushImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { about, pass, plan, status } from './stage/answers.ts'
import { stageChain, type Chain } from './stage/chain.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { startAgain } from './stage/start-again.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

describeWithServices('a chain of plain containers and Compose services', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let app: PushedImage
  let one: Chain
  let two: Chain
  let last: StagedWorkload
  beforeAll(async () => {
    scene = await openScene()
    const gate = { stable: '300ms', minUptime: outlastsEnds, deadline: '20s' }
    scene.configure({ defaults: { gate, keepOld: '0s' }, groups: { together: { atomic: true } } })
    app = await pushImage(registry, { repository: uniqueName('app'), version: 'app', healthcheck: false })
    await scene.docker('pull', '--quiet', app.reference)
    const group = 'longshore.group=together'
    ;[one, two] = await Promise.all([stageChain(scene, registry, app), stageChain(scene, registry, app, group)])
    last = stageWorkload(scene, registry, 'last')
    await last.push({ version: 'v1', healthcheck: false })
    await last.start('--label', group, '--label', `longshore.after=${two.provider.name}`, '--stop-timeout', '1')
  })
  afterAll(() => scene?.close())

  const outcomes = ({ rollouts }: Awaited<ReturnType<typeof pass>>) =>
    Object.fromEntries(rollouts.map(({ workload, outcome }) => [workload, outcome]))

  test('is held where one of it could not follow; else follows in order, and goes back as one when one of it fails', async () => {
    await one.provider.push({ version: 'v2', healthcheck: false })
    await two.provider.push({ version: 'not-for-debug', healthcheck: false })
    await scene.run('pause', `local/container/${one.aside}`)
    const held = about(await plan(scene), one.provider)
    expect(held).toMatchObject({ state: 'held', code: 'DEPENDENT' })
    expect(held.reason).toContain(`${one.aside} lives in its container and would break: it is paused by`)
    expect((await scene.run('resume', `local/container/${one.aside}`)).code).toBe(0)

    const answer = await pass(scene)

    expect([await one.wrong('v2'), await two.wrong('v1')]).toEqual([[], []])
    const followed = ({ debug, aside }: Chain) => ({
      [`local/container/${debug}`]: 'succeeded',
      [`local/container/${aside}`]: 'succeeded',
    })
    expect(outcomes(answer)).toEqual({
      [one.provider.id]: 'succeeded',
      ...followed(one),
      [two.provider.id]: 'rolled-back',
      ...followed(two),
    })
    const why = about({ workloads: answer.rollouts.map((each) => ({ ...each, id: each.workload })) }, two.provider)
    expect(why).toMatchObject({ code: 'GATE_DEPENDANT' })
    expect(why.reason).toContain(`its follower ${two.debug}: it ended`)
    expect(about(await status(scene), two.provider)).toMatchObject({ state: 'held', code: 'QUARANTINED' })
    expect(await one.shop.upByHand()).toEqual([])
    expect(await one.other.upByHand()).toEqual([])
    expect((await pass(scene)).rollouts).toEqual([])
  })

  test('follows when the first was restarted, or made anew, by hand', async () => {
    await startAgain(scene, one.provider.name)
    await scene.docker('rm', '--force', two.provider.name)
    await two.provider.push({ version: 'v1', healthcheck: false })
    await two.runProvider()

    await pass(scene)

    expect([await one.wrong('v2'), await two.wrong('v1')]).toEqual([[], []])
  })

  test('is whole in the end, whenever it is killed', { timeout: crashTestLimitMs }, async () => {
    await one.provider.push({ version: 'not-for-debug', healthcheck: false })
    await two.provider.push({ version: 'bad-too', healthcheck: false, behaviour: 'exits' })
    const first = { [one.provider.name]: 'J6 up-dependants after', [two.provider.name]: 'R up-old-dependants after' }
    await startCrashRun(scene, { crashAt: first }).crash()
    const second = { [one.aside]: 'J3 create after', [two.aside]: 'J6 start-new before' }
    await startCrashRun(scene, { crashAt: second }).crash()
    const third = { [one.debug]: 'R rename-old-back before', [two.debug]: 'J6 start-new before' }
    await startCrashRun(scene, { crashAt: third }).crash()

    const { stderr } = await scene.run('run', '--once')

    expect([await one.wrong('v2'), await two.wrong('v1')], stderr).toEqual([[], []])
  })

  test('is taken back, as one, with an atomic group that it belongs to', async () => {
    // Three versions have failed by now.
    await scene.run('release', 'local')
    await two.provider.push({ version: 'v2', healthcheck: false })
    await last.push({ version: 'v2', healthcheck: false, behaviour: 'cannot-start' })

    const { rollouts } = await pass(scene)

    const own = rollouts.filter(({ workload }) => [two.provider.id, last.id].includes(workload))
    expect(own.map(({ workload, outcome }) => [workload, outcome])).toEqual([
      [two.provider.id, 'succeeded'],
      [last.id, 'rolled-back'],
      [two.provider.id, 'succeeded'],
    ])
    expect(await two.wrong('v1')).toEqual([])
    expect(await two.shop.upByHand()).toEqual([])
    expect(about(await status(scene), two.provider)).toMatchObject({ state: 'held' })
  })
})
