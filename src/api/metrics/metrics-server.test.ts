import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import type { Metrics } from '../../app/answers/read-metrics.ts'
import { AppError } from '../../errors.ts'
import { createLog } from '../../lib/log.ts'
import { secret } from '../../lib/secret.ts'
import type { AppServer } from '../listener/serve-app.ts'
import { createMetricsApp, openMetricsServer } from './metrics-server.ts'
import { families } from './metrics-text.ts'

const log = createLog('error', 'plain', () => {})

const sender = { told: 3, empty: 0, greeted: 0, unreadable: 0, refused: 1, lastAt: null, lastRefusedAt: null }

const full: Metrics = {
  isHeld: false,
  heldTargets: ['shop'],
  workloads: [
    { target: 'local', state: 'current', count: 12 },
    { target: 'local', state: 'held', count: 1 },
  ],
  rollouts: [{ target: 'local', outcome: 'rolled-back', count: 2 }],
  senders: [
    { ...sender, source: 'harbor' },
    { ...sender, source: null, told: 0 },
  ],
  registries: {
    budgets: [
      {
        host: 'registry-1.docker.io',
        account: '',
        limit: 100,
        remaining: 19,
        windowMs: 21_600_000,
        counts: 'pulls',
        isKept: true,
      },
    ],
    lanes: [
      { host: 'ghcr.io', pausedForMs: 1_500 },
      { host: 'quay.io', pausedForMs: 0 },
    ],
    circuits: [
      { registry: 'quay.io', account: 'ci', kind: 'repository-refused' },
      { registry: 'quay.io', account: 'ci', kind: 'repository-refused' },
    ],
    suspicious: ['mirror.example.com'],
    requests: [
      { host: 'ghcr.io', method: 'HEAD', status: 304, count: 7 },
      { host: 'ghcr.io', method: 'HEAD', status: null, count: 1 },
    ],
  },
}

const none: Metrics = {
  isHeld: true,
  heldTargets: [],
  workloads: [],
  rollouts: [],
  senders: [],
  registries: { budgets: [], lanes: [], circuits: [], suspicious: [], requests: [] },
}

const ask = (metrics: Metrics | Error, headers: Record<string, string> = {}, hosts: readonly string[] | null = null) =>
  createMetricsApp(
    {
      log,
      clock: startFakeClock(),
      read: () => (metrics instanceof Error ? Promise.reject(metrics) : Promise.resolve(metrics)),
    },
    hosts,
  ).inject({ url: '/metrics', headers })

const samplesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

test('tells how all of it stands as Prometheus reads it', async () => {
  const answer = await ask(full)

  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(samplesOf(answer.body).filter((line) => !line.startsWith('longshore_event_requests_total'))).toEqual([
    'longshore_held 0',
    'longshore_target_held{target="shop"} 1',
    'longshore_workloads{target="local",state="current"} 12',
    'longshore_workloads{target="local",state="held"} 1',
    'longshore_rollouts_total{target="local",outcome="rolled-back"} 2',
    'longshore_registry_requests_total{host="ghcr.io",method="HEAD",status="304"} 7',
    'longshore_registry_requests_total{host="ghcr.io",method="HEAD",status="failed"} 1',
    'longshore_registry_budget_limit{host="registry-1.docker.io",account="",counts="pulls",window="21600"} 100',
    'longshore_registry_budget_remaining{host="registry-1.docker.io",account="",counts="pulls",window="21600"} 19',
    'longshore_registry_budget_kept{host="registry-1.docker.io",account="",counts="pulls",window="21600"} 1',
    'longshore_registry_pause_seconds{host="ghcr.io"} 1.5',
    'longshore_registry_circuits_open{registry="quay.io",account="ci",kind="repository-refused"} 2',
    'longshore_registry_suspicious{registry="mirror.example.com"} 1',
  ])
  expect(answer.body).toContain('longshore_event_requests_total{source="harbor",outcome="told"} 3\n')
  expect(answer.body).toContain('longshore_event_requests_total{source="",outcome="refused"} 1\n')
})

test('tells only what there is, each time anew', async () => {
  expect(samplesOf((await ask(none)).body)).toEqual(['longshore_held 1'])
})

test('what a registry called itself cannot add a line', async () => {
  const host = 'a.example"} 1\nlongshore_held 0\n#'
  const registries = { ...none.registries, suspicious: [host] }

  expect(samplesOf((await ask({ ...none, registries })).body)).toEqual([
    'longshore_held 1',
    String.raw`longshore_registry_suspicious{registry="a.example\"} 1\nlongshore_held 0\n#"} 1`,
  ])
})

test('of two budgets for the same time, tells the one of which less is left', async () => {
  const budget = { host: 'ghcr.io', account: 'ci', counts: 'requests', windowMs: null } as const
  const budgets = [
    { ...budget, limit: 50, remaining: 4, isKept: true },
    { ...budget, limit: 5_000, remaining: 4_990, isKept: false },
  ]

  expect(samplesOf((await ask({ ...none, registries: { ...none.registries, budgets } })).body).slice(1)).toEqual([
    'longshore_registry_budget_limit{host="ghcr.io",account="ci",counts="requests",window=""} 50',
    'longshore_registry_budget_remaining{host="ghcr.io",account="ci",counts="requests",window=""} 4',
    'longshore_registry_budget_kept{host="ghcr.io",account="ci",counts="requests",window=""} 1',
  ])
})

test('a user name that is the token itself is not told', async () => {
  const account = secret('dop_v1_token-that-is-both').reveal()
  const circuits = [{ registry: 'registry.example.com', account, kind: 'credential-refused' }]

  const { body } = await ask({ ...none, registries: { ...none.registries, circuits } })

  expect(body).not.toContain(account)
  expect(body).toContain('account="***"')
})

test('is made once for all who ask within a second, and again after it failed', async () => {
  const clock = startFakeClock()
  let reads = 0
  const read = async () => {
    reads += 1
    if (reads === 2) throw new Error('it is away')
    return none
  }
  const app = createMetricsApp({ log, clock, read }, null)
  const askNow = async () => (await app.inject({ url: '/metrics' })).statusCode

  expect(await Promise.all([askNow(), askNow()])).toEqual([200, 200])
  expect(await askNow()).toBe(200)
  expect(reads).toBe(1)
  clock.advance(1_000)
  expect(await askNow()).toBe(500)
  clock.advance(1_000)
  expect(await askNow()).toBe(200)
})

test('says that it cannot tell while the state cannot be read', async () => {
  const answer = await ask(new AppError('STATE_UNAVAILABLE', 'the state cannot be read'))

  expect(answer.statusCode).toBe(503)
  expect(answer.json()).toMatchObject({ error: { code: 'STATE_UNAVAILABLE' } })
})

test.each([
  ['localhost:9464', null, 200],
  ['192.0.2.7:9464', null, 200],
  ['longshore', null, 200],
  ['stranger.example.com', null, 421],
  ['longshore.example.com', ['longshore.example.com'], 200],
  ['stranger.example.com', ['longshore.example.com'], 421],
])('a request to %s, where %j are known, is answered with %d', async (host, hosts, status) => {
  expect((await ask(none, { host }, hosts)).statusCode).toBe(status)
})

test('answers nothing else', async () => {
  const app = createMetricsApp({ log, clock: startFakeClock(), read: async () => full }, null)

  expect((await app.inject({ url: '/' })).statusCode).toBe(404)
  expect((await app.inject({ method: 'POST', url: '/metrics' })).statusCode).toBe(404)
})

let server: AppServer | undefined
afterEach(() => server?.close())

test('listens where it is told to', async () => {
  const readFile = () => Promise.reject(new Error('there is no certificate'))
  const deps = { log, clock: startFakeClock(), readFile, read: async () => full }
  server = await openMetricsServer(deps, { host: '127.0.0.1', port: 0, tls: null, hosts: null })

  const answer = await fetch(`${server.address}/metrics`)

  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('longshore_workloads{target="local",state="held"} 1')
})

test('a whole address in the place of the path counts for more than the host beside it', async () => {
  const readFile = () => Promise.reject(new Error('there is no certificate'))
  const deps = { log, clock: startFakeClock(), readFile, read: async () => none }
  server = await openMetricsServer(deps, { host: '127.0.0.1', port: 0, tls: null, hosts: null })
  const { port } = new URL(server.address)

  const request = get({ port, host: '127.0.0.1', path: 'http://stranger.example.com/metrics' })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]

  expect(answer.resume().statusCode).toBe(421)
})

test('the page of the docs names each measure with its labels, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8')
  const told = [...page.matchAll(/^\| `(longshore_\w+)` +\| (\w+) +\| ([^|]*)\|/gm)]

  expect(
    told.map(([, name, kind, labels]) => [name, kind, [...(labels ?? '').matchAll(/`(\w+)`/g)].map((each) => each[1])]),
  ).toEqual(families.map(({ name, kind, labels }) => [name, kind, labels]))
})
