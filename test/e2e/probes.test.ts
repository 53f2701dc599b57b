import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import { describeWithServices } from '../services/shared.ts'
import { pass } from './stage/answers.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('a probe of the gate', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  /** Rolls version 2 out over version 1, neither with a health check unless told otherwise, under the probe. */
  const rollOutUnder = async (
    probe: object,
    { deadline = '20s', healthcheck = false, options = [] as readonly string[] } = {},
  ) => {
    // Staying up would never do: only what the probe or the health check says can pass in time.
    scene.configure({ defaults: { gate: { stable: '1s', minUptime: '10m', deadline, probe } } })
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck })
    await web.start(...options)
    const before = await web.inspect()
    const { configDigest } = await web.push({ version: 'v2', healthcheck })
    const { rollouts } = await pass(scene)
    const after = await web.inspect()
    return { rollout: rollouts[0], before, after, isNew: after.Image === configDigest }
  }

  test.each([
    ['opens a port', { tcp: 8080 }],
    ['answers over HTTP', { http: { port: 8080, path: '/index.html' } }],
    ['ends a command well', { exec: ['sh', '-c', 'test "$$VERSION" = v2 && echo good'] }],
  ])('lets a version pass that %s', async (_, probe) => {
    const { rollout, isNew } = await rollOutUnder(probe)

    expect(rollout).toMatchObject({
      outcome: 'succeeded',
      code: 'GATE_PASSED_PROBE',
      reason: 'its probe has answered for 1 s',
    })
    expect(isNew).toBe(true)
  })

  test('lets a version pass that answers on the network of the host', async () => {
    const port = await freePort()

    const { rollout } = await rollOutUnder(
      { http: { port } },
      { options: ['--network', 'host', '--env', `PORT=${port}`] },
    )

    expect(rollout).toMatchObject({ outcome: 'succeeded', code: 'GATE_PASSED_PROBE' })
  })

  test.each([
    ['answers with an error', { http: { port: 8080, path: '/missing' } }, 'status 404'],
    ['opens no port', { tcp: 8081 }, 'connection refused'],
    ['ends its command badly', { exec: ['sh', '-c', 'exit 7'] }, 'exit code 7'],
    ['has no such command', { exec: ['/missing'] }, /\/missing/],
  ])('takes a version back that %s', async (_, probe, last) => {
    const { rollout, before, after } = await rollOutUnder(probe, { deadline: '10s' })

    expect(rollout).toMatchObject({ outcome: 'rolled-back', code: 'GATE_DEADLINE' })
    expect(rollout?.reason).toMatch(last)
    expect(after).toMatchObject({ Id: before.Id, State: { Status: 'running' } })
  })

  test('starts no second command while the first has not ended', async () => {
    const begun = ['--volume', '/begun']
    const probe = { exec: ['sh', '-c', 'echo x >> /begun/times; sleep 1000'] }

    const { rollout, after } = await rollOutUnder(probe, { deadline: '5s', options: begun })

    expect(rollout).toMatchObject({ outcome: 'rolled-back', code: 'GATE_DEADLINE' })
    expect(await scene.docker('exec', after.Id, 'cat', '/begun/times')).toBe('x')
  })

  test('is not asked of a version that has a health check', async () => {
    const { rollout, isNew } = await rollOutUnder({ tcp: 1 }, { healthcheck: true })

    expect(rollout).toMatchObject({ outcome: 'succeeded', code: 'GATE_PASSED' })
    expect(isNew).toBe(true)
  })

  test('is asked of a start-first version while the old one serves', async () => {
    const { rollout, isNew } = await rollOutUnder(
      { tcp: 8080 },
      { options: ['--label', 'longshore.order=start-first'] },
    )

    expect(rollout).toMatchObject({ outcome: 'succeeded', order: 'start-first', code: 'GATE_PASSED_PROBE', gapMs: 0 })
    expect(isNew).toBe(true)
  })
})
