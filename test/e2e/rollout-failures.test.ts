import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import type { Behaviour } from '../services/image-content.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { about, pass } from './stage/answers.ts'
import { expectServesAgain, expectUntouched, measureReturn } from './stage/expectations.ts'
import { waitsForEnds } from './stage/gates.ts'
import { readPage } from './stage/page.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

/** Generous, since the machine may be busy; what was measured is printed. */
const backMaxMs = 15_000

describeWithServices('a bad version', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  const cases: readonly { behaviour: Behaviour; restart: string; code: string }[] = [
    { behaviour: 'unhealthy', restart: 'always', code: 'GATE_UNHEALTHY' },
    { behaviour: 'cannot-start', restart: 'unless-stopped', code: 'TARGET_START_FAILED' },
    { behaviour: 'exits', restart: 'no', code: 'GATE_EXITED' },
    { behaviour: 'exits', restart: 'always', code: 'GATE_EXITED' },
    { behaviour: 'crash-loop', restart: 'no', code: 'GATE_EXITED' },
    { behaviour: 'crash-loop', restart: 'always', code: 'GATE_EXITED' },
    { behaviour: 'crash-loop', restart: 'unless-stopped', code: 'GATE_EXITED' },
    { behaviour: 'crash-loop', restart: 'on-failure:3', code: 'GATE_EXITED' },
  ]

  test.each(cases)('that is $behaviour, restarted $restart, goes back', async ({ behaviour, restart, code }) => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1' })
    const port = await freePort()
    await web.start('--restart', restart, '--publish', `127.0.0.1:${port}:8080`)
    const before = await web.inspect()
    const v2 = await web.push({ version: 'v2', behaviour })

    const answer = await pass(scene)

    expect(answer.code).toBe(1)
    expect(answer.rollouts).toMatchObject([{ outcome: 'rolled-back', stage: 'ended', code, toDigest: v2.digest }])
    expect(about(answer, web)).toMatchObject({ state: 'held', code: 'QUARANTINED' })
    await expectServesAgain(scene, web, before)
    expect(await readPage(port)).toBe('v1')
    expect(await scene.docker('images', '--quiet', '--filter', `reference=${web.repository}@${v2.digest}`)).toBe('')
    const gapMs = await measureReturn(web)
    process.stdout.write(`${behaviour}, restarted ${restart}: back after ${gapMs} ms\n`)
    expect(gapMs).toBeLessThan(backMaxMs)
    if (behaviour === 'exits') expect(answer.rollouts[0]?.logTail).toContain('cannot go on')
  })

  test('is not tried again, and the next one is', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start(...waitsForEnds)
    await web.push({ version: 'v2', behaviour: 'exits', healthcheck: false })
    await pass(scene)
    const restored = await web.inspect()

    const again = await pass(scene)

    expect(again).toMatchObject({ code: 0, rollouts: [] })
    expect(about(again, web)).toMatchObject({ state: 'held', code: 'QUARANTINED' })
    expect(about(again, web).reason).toMatch(/^this digest failed at .* UTC: it ended .*exit code 1/)
    expect((await web.inspect()).State.StartedAt).toBe(restored.State.StartedAt)

    const v3 = await web.push({ version: 'v3', healthcheck: false })
    const next = await pass(scene)

    expect(next.rollouts).toMatchObject([{ outcome: 'succeeded', toDigest: v3.digest }])
    expect((await web.inspect()).Image).toBe(v3.configDigest)
    expect(about(await pass(scene), web)).toMatchObject({ state: 'current' })
  })

  test('that has nothing for this platform is not begun', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    const before = await web.inspect()
    await web.push({ version: 'v2', platforms: ['linux/s390x', 'linux/ppc64le'] })

    const answer = await pass(scene)

    expect(answer.rollouts).toEqual([])
    expect(about(answer, web)).toMatchObject({ state: 'held', code: 'PLATFORM_MISSING' })
    await expectUntouched(scene, web, before)
  })

  test('started first ends without the old one having been touched', async () => {
    const web = stageWorkload(scene, registry)
    const network = uniqueName('network')
    await scene.docker('network', 'create', network)
    await web.push({ version: 'v1' })
    await web.start('--network', network, '--network-alias', 'shop', '--restart', 'always')
    const before = await web.inspect()
    await web.push({ version: 'v2', behaviour: 'unhealthy' })

    const { rollouts } = await pass(scene)

    expect(rollouts).toMatchObject([{ outcome: 'rolled-back', order: 'start-first', code: 'GATE_UNHEALTHY' }])
    await expectUntouched(scene, web, before)
  })
})
