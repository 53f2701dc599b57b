import { afterEach, describe, expect, test } from 'vitest'
import { useConfigFolder } from '../test/fakes/config-folder.ts'
import { startFakeRegistry } from '../test/fakes/registry.ts'
import type { FakeRegistry } from '../test/fakes/registry.ts'
import { gitlabDialect } from '../test/fakes/vendors/gitlab.ts'
import { systemClock } from './lib/clock.ts'
import { createLog } from './lib/log.ts'
import { openGitlabHosts } from './wire-gitlab-hosts.ts'
import { openRegistries } from './wire-registries.ts'

const { load } = useConfigFolder()
const signal = new AbortController().signal

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** @param registryHost what the instance says; without one its own */
async function startInstance(registryHost?: string): Promise<FakeRegistry> {
  const dialect = gitlabDialect({ token: 'glpat-one', projects: ['team/app'], ...(registryHost && { registryHost }) })
  const instance = await startFakeRegistry({ dialect })
  closing.push(() => instance.close())
  return instance
}

const entryOf = (instance: FakeRegistry, project = 'app') =>
  `{gitlab: {url: "${instance.url}", projects: [` +
  `{group: team, project: ${project}, apiToken: glpat-one, images: [{tag: '1'}, {name: web}]}]}}`

async function settle(entries: readonly string[], reread?: Parameters<typeof openGitlabHosts>[2]) {
  const lines: string[] = []
  const log = createLog('info', 'plain', (line) => lines.push(line))
  const network = { env: {}, log, certsFolder: '/nowhere' }
  const config = await load(
    `workloads: [{match: {name: db}, mode: notify}]\nregistries:\n${entries.map((each) => `  - ${each}\n`).join('')}`,
  )
  const hosts = await openGitlabHosts(config, network, reread)
  closing.push(() => hosts.close())
  return { lines, config, network, hosts, settled: hosts.settled() }
}

test('the host of a registry is asked from its instance, for images and credentials alike', async () => {
  const { settled, lines } = await settle([entryOf(await startInstance('127.0.0.1:5051'))])

  expect(settled.registries.map(({ host, hostFrom, path }) => [host, hostFrom, path])).toEqual([
    ['127.0.0.1:5051', 'instance', null],
    ['127.0.0.1:5051', 'instance', 'team/app'],
  ])
  expect(settled.rules.map(({ match }) => match)).toEqual([
    { name: 'db' },
    { image: '127.0.0.1:5051/team/app:1' },
    { image: '127.0.0.1:5051/team/app/web' },
  ])
  expect(lines).toEqual([])
})

test('an instance that does not tell is taken to have the usual host, and the log says so', async () => {
  const { settled, lines } = await settle([entryOf(await startInstance(), 'other')])

  expect(settled.registries[0]?.host).toBe('127.0.0.1:5050')
  expect(lines).toEqual([expect.stringContaining('does not tell the host of its registry, 127.0.0.1:5050 is assumed')])
})

test('a host that was written stays, whatever the instance says of that which it was taken to have', async () => {
  const instance = await startInstance()
  const written = '{host: "127.0.0.1:5050", kind: gitlab, path: old, username: ci, password: let-me-in}'

  const { settled } = await settle([written, entryOf(instance)])

  expect(settled.registries.map(({ host, path }) => [host, path])).toEqual([
    ['127.0.0.1:5050', 'old'],
    [instance.host, null],
    [instance.host, 'team/app'],
  ])
})

describe('the host of another entry', () => {
  test.each(['before', 'behind'])('that stands %s is not taken, and its password goes nowhere else', async (place) => {
    const victim = await startFakeRegistry({ auth: { kind: 'basic', username: 'ci', password: 'of-the-victim' } })
    closing.push(() => victim.close())
    victim.pushImage('acme/app', '1.0', 'one')
    const instance = await startInstance(victim.host)
    const entries = [`{host: "${victim.host}", username: ci, password: of-the-victim}`, entryOf(instance)]

    const { settled, config, network, lines } = await settle(place === 'before' ? entries : entries.toReversed())
    const registries = openRegistries({ ...config, registries: settled.registries }, systemClock, network)
    const registry = registries.registryFor(victim.host)
    instance.forgetRequests()
    const wanted = { tags: ['1.0'], known: new Map() }
    await registry.describeTags?.({ registry: victim.host, repository: 'acme/app' }, wanted, signal)
    registries.close()

    expect(registry.kind).toBe('distribution')
    expect(instance.requests).toEqual([])
    expect(lines).toEqual([
      expect.stringMatching(
        `${instance.url} names ${victim.host} .* which is that of another entry .* Write the right .host:.`,
      ),
    ])
  })
})

describe('an instance that is away at the start', () => {
  const away = { kind: 'status', status: 404, body: '{}' } as const

  test('is asked again until it answers, and then its host counts, for images and credentials alike', async () => {
    const instance = await startInstance()
    instance.fault({ path: '/api/v4/' }, away)
    const { hosts, lines } = await settle([entryOf(instance)])
    const waits: number[] = []
    const sleep = async (ms: number): Promise<void> => {
      if (waits.push(ms) === 3) instance.clearFaults()
    }
    let told = 0
    const before = hosts.settled()

    await hosts.askOn({ sleep }, () => (told += 1), signal)

    expect(before.guessed).toEqual([
      { host: '127.0.0.1:5050', instance: instance.url, reason: expect.stringMatching(/^it does not tell \(/) },
    ])
    expect(before.rules.at(-1)?.match).toEqual({ image: '127.0.0.1:5050/team/app/web' })
    expect(hosts.settled()).toMatchObject({
      guessed: [],
      registries: [{ host: instance.host }, { host: instance.host, path: 'team/app' }],
    })
    expect(hosts.settled().rules.at(-1)?.match).toEqual({ image: `${instance.host}/team/app/web` })
    expect(waits).toEqual([60_000, 60_000, 60_000])
    expect(told).toBe(1)
    expect(lines).toEqual([
      expect.stringContaining('does not tell'),
      expect.stringContaining(`GitLab has told now: ${instance.host}`),
    ])
  })

  test('is left alone when all is to end', async () => {
    const instance = await startInstance()
    instance.fault({ path: '/api/v4/' }, away)
    const { hosts } = await settle([entryOf(instance)])
    const stop = new AbortController()
    const sleep = async (): Promise<void> => stop.abort()

    await hosts.askOn({ sleep }, () => expect.unreachable(), stop.signal)

    expect(hosts.settled().guessed).toHaveLength(1)
  })

  test('with an answer that may not be taken changes nothing, and is told once', async () => {
    const instance = await startInstance('registry.example.com')
    instance.fault({ path: '/api/v4/' }, away)
    const { hosts, lines } = await settle([entryOf(instance)])
    const sleep = async (): Promise<void> => instance.clearFaults()

    await hosts.askOn({ sleep }, () => expect.unreachable(), signal)

    expect(hosts.settled().guessed.map(({ host }) => host)).toEqual(['127.0.0.1:5050'])
    expect(lines).toEqual([
      expect.stringContaining('does not tell'),
      expect.stringContaining('names registry.example.com as the host of its registry, which does not lie'),
    ])
  })

  test('is asked by the token that its file has by then', async () => {
    const instance = await startInstance()
    const refused = entryOf(instance).replace('glpat-one', 'glpat-former')
    const renewed = (await settle([entryOf(instance)])).config.registries
    const { hosts } = await settle([refused], async () => renewed)
    expect(hosts.settled().guessed).toHaveLength(1)

    await hosts.askOn({ sleep: async () => {} }, () => {}, signal)

    expect(hosts.settled().guessed).toEqual([])
  })
})

test('an instance without projects cannot be asked, which doctor can tell', async () => {
  const { settled, lines } = await settle(['{gitlab: {url: "http://192.168.1.10", token: glpat-one}}'])

  expect(settled.guessed).toEqual([
    { host: '192.168.1.10:5050', instance: 'http://192.168.1.10', reason: 'its entry has no projects to ask it by' },
  ])
  expect(lines).toEqual([])
})
