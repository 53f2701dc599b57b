import { afterAll, beforeAll, expect, test } from 'vitest'
import type { InspectedContainer } from '../services/docker.ts'
import { freePort } from '../services/free-port.ts'
import { describeWithServices } from '../services/shared.ts'
import { pass, type PassAnswer } from './stage/answers.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

/** Version 2 is rolled out over version 1, neither with a health check unless told otherwise. */
interface Case {
  readonly that: string
  readonly probe: object
  readonly healthcheck?: boolean
  readonly options?: readonly string[]
  /** Of a version that is to go back. */
  readonly deadline?: string
}

const good: readonly Case[] = [
  { that: 'opens a port', probe: { tcp: 8080 } },
  { that: 'answers over HTTP', probe: { http: { port: 8080, path: '/index.html' } } },
  { that: 'ends a command well', probe: { exec: ['sh', '-c', 'test "$$VERSION" = v2 && echo good'] } },
]
const deadline = '10s'
const bad: readonly (Case & { readonly last: string | RegExp })[] = [
  { that: 'answers with an error', probe: { http: { port: 8080, path: '/missing' } }, last: 'status 404', deadline },
  { that: 'opens no port', probe: { tcp: 8081 }, last: 'connection refused', deadline },
  { that: 'ends its command badly', probe: { exec: ['sh', '-c', 'exit 7'] }, last: 'exit code 7', deadline },
  { that: 'has no such command', probe: { exec: ['/missing'] }, last: /\/missing/, deadline },
]
const onHost = (port: number): Case => ({
  that: 'answers on the network of the host',
  probe: { http: { port } },
  options: ['--network', 'host', '--env', `PORT=${port}`],
})
const endless: Case = {
  that: 'has a command that does not end',
  probe: { exec: ['sh', '-c', 'echo x >> /begun/times; sleep 1000'] },
  options: ['--volume', '/begun'],
  deadline,
}
const checked: Case = { that: 'has a health check', probe: { tcp: 1 }, healthcheck: true }
const startFirst: Case = {
  that: 'is started first',
  probe: { tcp: 8080 },
  options: ['--label', 'longshore.order=start-first'],
}

interface Staged {
  readonly web: StagedWorkload
  readonly before: InspectedContainer
  /** Engine id of the image of version 2. */
  readonly next: string
}

describeWithServices('a probe of the gate', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let answer: PassAnswer
  const staged = new Map<string, Staged>()
  beforeAll(async () => {
    scene = await openScene()
    const cases = [...good, ...bad, onHost(await freePort()), endless, checked, startFirst]
    for (const each of cases) staged.set(each.that, await stage(each))
    scene.configure({
      targets: [{ name: 'local', host: scene.engine.host, maxParallel: cases.length, brake: false }],
      // Staying up would never do: only what the probe or the health check says can pass in time.
      defaults: { gate: { stable: '1s', minUptime: '10m', deadline: '20s' } },
      workloads: cases.map(({ that, probe, deadline: own }) => {
        return { match: { name: of(that).web.name }, gate: { probe, ...(own !== undefined && { deadline: own }) } }
      }),
    })
    answer = await pass(scene)
  })
  afterAll(() => scene?.close())

  async function stage({ healthcheck = false, options = [] }: Case): Promise<Staged> {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck })
    await web.start(...options)
    const before = await web.inspect()
    const { configDigest } = await web.push({ version: 'v2', healthcheck })
    return { web, before, next: configDigest }
  }

  function of(that: string): Staged {
    const found = staged.get(that)
    if (found === undefined) throw new Error(`what ${that} was not staged`)
    return found
  }

  async function resultOf(that: string) {
    const { web, before, next } = of(that)
    const rollout = answer.rollouts.find(({ workload }) => workload === web.id)
    const after = await web.inspect()
    return { rollout, before, after, isNew: after.Image === next }
  }

  test.each(good)('lets a version pass that $that', async ({ that }) => {
    const { rollout, isNew } = await resultOf(that)

    expect(rollout).toMatchObject({
      outcome: 'succeeded',
      code: 'GATE_PASSED_PROBE',
      reason: 'its probe has answered for 1 s',
    })
    expect(isNew).toBe(true)
  })

  test('lets a version pass that answers on the network of the host', async () => {
    const { rollout } = await resultOf('answers on the network of the host')

    expect(rollout).toMatchObject({ outcome: 'succeeded', code: 'GATE_PASSED_PROBE' })
  })

  test.each(bad)('takes a version back that $that', async ({ that, last }) => {
    const { rollout, before, after } = await resultOf(that)

    expect(rollout).toMatchObject({ outcome: 'rolled-back', code: 'GATE_DEADLINE' })
    expect(rollout?.reason).toMatch(last)
    expect(after).toMatchObject({ Id: before.Id, State: { Status: 'running' } })
  })

  test('starts no second command while the first has not ended', async () => {
    const { rollout, after } = await resultOf(endless.that)

    expect(rollout).toMatchObject({ outcome: 'rolled-back', code: 'GATE_DEADLINE' })
    expect(await scene.docker('exec', after.Id, 'cat', '/begun/times')).toBe('x')
  })

  test('is not asked of a version that has a health check', async () => {
    const { rollout, isNew } = await resultOf(checked.that)

    expect(rollout).toMatchObject({ outcome: 'succeeded', code: 'GATE_PASSED' })
    expect(isNew).toBe(true)
  })

  test('is asked of a start-first version while the old one serves', async () => {
    const { rollout, isNew } = await resultOf(startFirst.that)

    expect(rollout).toMatchObject({ outcome: 'succeeded', order: 'start-first', code: 'GATE_PASSED_PROBE', gapMs: 0 })
    expect(isNew).toBe(true)
  })
})
