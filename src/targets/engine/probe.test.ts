import { once } from 'node:events'
import http from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { ended, running } from '../../../test/fakes/decide-input.ts'
import { container as inspected } from '../../../test/fakes/inspect.ts'
import type { ExecState } from '../../clients/docker/execs.ts'
import { AppError } from '../../errors.ts'
import type { Probe } from '../../rollout/probe.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { EngineDeps } from './engine-deps.ts'
import { readInstance } from './instance-facts.ts'
import { withProbe } from './probe.ts'

const { signal } = new AbortController()
const planned = ended('succeeded', running, 0)

let port: number
let server: http.Server
beforeEach(async () => {
  server = http.createServer((request, response) => {
    const status = Number(request.url?.slice(1))
    // A body that never comes, and a place that must not be gone to.
    response.writeHead(status, { location: '/500', 'content-length': '1' }).flushHeaders()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

interface Asked {
  readonly given?: Parameters<typeof inspected>[0]
  readonly rollout?: Partial<Rollout>
  readonly engine?: Partial<EngineDeps['engine']>
  readonly lateCommands?: Map<string, string>
}

async function ask(probe: Probe | null, { given, rollout, engine, lateCommands = new Map() }: Asked = {}) {
  // Only what a probe asks of the engine is there; anything else would throw.
  const deps = { engine, clock: startFakeClock(), lateCommands } as unknown as EngineDeps
  const container = inspected({ Networks: { front: { IPAddress: '127.0.0.1' } }, ...given })
  const instance = readInstance(container, { connected: true, stoppedByHand: false })
  const gated: Rollout = { ...planned, stage: 'forward', ...rollout, gate: { ...planned.gate, probe } }
  const { health, probe: found } = await withProbe(deps, gated, container, instance, signal)
  return `${health}: ${found}`
}

describe('over the network', () => {
  test('a port that opens is good', async () => {
    expect(await ask({ kind: 'tcp', port })).toBe('healthy: it answered')
  })

  test.each([
    [200, 'healthy: it answered'],
    [204, 'healthy: it answered'],
    [302, 'healthy: it answered'],
    [404, 'starting: status 404'],
    [500, 'starting: status 500'],
  ])('status %i is %s', async (status, finding) => {
    expect(await ask({ kind: 'http', port, path: `/${status}` })).toBe(finding)
  })

  test('one address that answers is enough', async () => {
    const Networks = { back: { IPAddress: '127.0.0.77' }, front: { IPAddress: '127.0.0.1' }, gone: { IPAddress: '' } }

    expect(await ask({ kind: 'tcp', port }, { given: { Networks } })).toBe('healthy: it answered')
    expect(await ask({ kind: 'tcp', port }, { given: { Networks: { back: Networks.back } } })).toBe(
      'starting: connection refused',
    )
  })

  test('a container without a network never answers, nor one whose addresses are names', async () => {
    const nowhere = 'starting: it has no address of its own'

    expect(await ask({ kind: 'tcp', port }, { given: { Networks: {} } })).toBe(nowhere)
    expect(await ask({ kind: 'tcp', port }, { given: { Networks: { a: { IPAddress: 'localhost' } } } })).toBe(nowhere)
  })

  test('the host is asked only where the old version cannot answer in its place', async () => {
    const given = { HostConfig: { NetworkMode: 'host' }, Networks: { host: {} } }

    expect(await ask({ kind: 'tcp', port }, { given, rollout: { order: 'stop-first' } })).toMatch(/^healthy/)
    expect(await ask({ kind: 'tcp', port }, { given, rollout: { order: 'start-first' } })).toMatch(/^starting/)
  })
})

describe('by a command', () => {
  const probe: Probe = { kind: 'exec', command: ['/check'] }
  const engineThat = (...states: readonly (ExecState | null)[]) => {
    const started: (readonly string[])[] = []
    const left = [...states]
    return {
      started,
      startExec: async (_container: string, command: readonly string[]) => `exec-${started.push(command)}`,
      inspectExec: async () => (left.length > 1 ? left.shift() : left[0]) ?? null,
    }
  }
  const busy = { isRunning: true, exitCode: null, command: [] }

  test.each([
    ['healthy: it answered', { isRunning: false, exitCode: 0, command: [] }],
    ['starting: exit code 3', { isRunning: false, exitCode: 3, command: [] }],
    ['starting: exit code unknown', { isRunning: false, exitCode: null, command: [] }],
    ['starting: the command is gone', null],
  ])('%s', async (finding, state) => {
    const engine = engineThat(busy, state)

    expect(await ask(probe, { engine })).toBe(finding)
    expect(engine.started).toEqual([['/check']])
  })

  test('one that does not end is waited for, and no second is started meanwhile', async () => {
    const engine = engineThat(busy)
    const lateCommands = new Map<string, string>()

    expect(await ask(probe, { engine, lateCommands })).toBe('starting: the command did not end within 2 s')
    expect(await ask(probe, { engine, lateCommands })).toBe('starting: the command has not ended')
    expect(engine.started).toHaveLength(1)

    const later = engineThat(
      { isRunning: false, exitCode: 1, command: [] },
      { isRunning: false, exitCode: 0, command: [] },
    )
    expect(await ask(probe, { engine: later, lateCommands })).toBe('healthy: it answered')
    expect(lateCommands.size).toBe(0)
  })

  test('an engine that refuses it is no answer, and one that is away is nobody’s fault', async () => {
    const failing = (code: 'TARGET_FORBIDDEN' | 'TARGET_UNAVAILABLE') => ({
      startExec: () => Promise.reject(new AppError(code, 'no exec here')),
    })

    expect(await ask(probe, { engine: failing('TARGET_FORBIDDEN') })).toBe('starting: no exec here')
    await expect(ask(probe, { engine: failing('TARGET_UNAVAILABLE') })).rejects.toThrow('no exec here')
  })
})

describe('nothing is asked', () => {
  const probe: Probe = { kind: 'tcp', port: 1 }

  test.each<[string, Probe | null, Asked]>([
    ['without a probe', null, {}],
    ['once the gate is closed', probe, { rollout: { stage: 'kept' } }],
    ['of a container with a health check', probe, { given: { Config: { Healthcheck: { Test: ['CMD', 'true'] } } } }],
  ])('%s', async (_, given, asked) => {
    expect(await ask(given, asked)).toBe('none: null')
  })
})
