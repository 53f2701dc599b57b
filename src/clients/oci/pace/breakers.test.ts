import { expect, test } from 'vitest'
import { createFakeTiming, startOciPair } from '../../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../../test/fakes/oci-client.ts'
import type { FakeRegistryOptions } from '../../../../test/fakes/registry.ts'
import { AppError, type ErrorCode } from '../../../errors.ts'
import { parseDigest } from '../../../image/digest.ts'
import { defaultLimits } from '../limits.ts'
import { createBreakers } from './breakers.ts'
import type { TroubleNews } from './breakers.ts'

const signal = new AbortController().signal
const poll = ({ client, app }: OciPair, repository = app.repository) =>
  client.headManifest({ ...app, repository }, 'latest', null, signal, 'background')

async function start(options: FakeRegistryOptions = {}, tries = 1) {
  const news: TroubleNews[] = []
  const pair = await startOciPair(options, { limits: { tries }, tell: (each) => news.push(each) })
  const told = () => news.map(({ kind, error }) => [kind, error === null ? 'over' : error.code])
  return { pair, told, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() }
}

test('after five polls without an answer the registry is asked once a minute, until it answers', async () => {
  await using stage = await start()
  const { pair, told } = stage
  pair.registry.fault({ times: 7 }, { kind: 'reset' })
  for (let round = 0; round < 10; round += 1) await expect(poll(pair)).rejects.toThrow('broke the connection off')
  expect(pair.registry.count()).toBe(5)
  expect(told()).toEqual([['unavailable', 'REGISTRY_UNAVAILABLE']])

  pair.timing.advance(60_000)
  await expect(poll(pair)).rejects.toThrow()
  await expect(poll(pair)).rejects.toThrow()
  expect(pair.registry.count()).toBe(6)
  pair.timing.advance(119_000)
  await expect(poll(pair)).rejects.toThrow()
  expect(pair.registry.count()).toBe(6)
  pair.timing.advance(1000)
  await expect(poll(pair)).rejects.toThrow()
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.timing.advance(240_000)

  await expect(poll(pair)).resolves.toBeTypeOf('object')
  expect(told()).toEqual([
    ['unavailable', 'REGISTRY_UNAVAILABLE'],
    ['unavailable', 'over'],
  ])
})

test.each([60, 600])(
  'a registry that says for %i s that it is down is unavailable after five polls',
  async (seconds) => {
    await using stage = await start({}, defaultLimits.tries)
    const { pair, told } = stage
    const headers = { 'retry-after': `${seconds}` }
    const off = pair.registry.fault({}, { kind: 'status', status: 503, headers })
    for (let round = 0; round < 5; round += 1) {
      expect(told()).toEqual([])
      await expect(poll(pair)).rejects.toThrow('answered 503')
      // Amid a pause nobody is asked, which tells nothing more of it.
      if (seconds > 300) await expect(poll(pair)).rejects.toThrow('pause')
      pair.timing.advance(Math.max(seconds, 300) * 1000)
    }
    expect(told()).toEqual([['unavailable', 'REGISTRY_UNAVAILABLE']])

    off()
    pair.registry.pushImage('team/app', 'latest', 'one')
    pair.timing.advance(600_000)
    await expect(poll(pair)).resolves.toBeTypeOf('object')
    expect(told().at(-1)).toEqual(['unavailable', 'over'])
  },
)

test('one repository that fails stops no other while the registry answers', async () => {
  await using stage = await start()
  const { pair, told } = stage
  pair.registry.pushImage('team/web', 'latest', 'one')
  pair.registry.fault({ path: 'team/app' }, { kind: 'status', status: 500 })

  for (let round = 0; round < 12; round += 1) {
    await expect(poll(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
    await expect(poll(pair, 'team/web')).resolves.toBeTypeOf('object')
  }

  expect(pair.registry.requests.filter(({ path }) => path.includes('team/app'))).toHaveLength(12)
  expect(told()).toEqual([])
})

test('many repositories that fail in one poll are one poll', async () => {
  await using stage = await start()
  const { pair, told } = stage
  pair.registry.fault({}, { kind: 'status', status: 503 })

  await Promise.allSettled(Array.from({ length: 40 }, (_, index) => poll(pair, `team/app-${index}`)))

  expect(told()).toEqual([])
})

test('many tags of a repository that fail in one poll are one poll', async () => {
  await using stage = await start()
  const { pair, told } = stage
  pair.registry.fault({}, { kind: 'status', status: 503 })
  const tags = Array.from({ length: 10 }, (_, index) => `1.${index}`)

  await Promise.allSettled(tags.map((tag) => pair.client.headManifest(pair.app, tag, null, signal, 'background')))

  expect(told()).toEqual([])
})

test('a tag that is gone keeps no other tag refused, once the repository is open again', async () => {
  await using stage = await start()
  const { pair } = stage
  const off = pair.registry.fault({ kind: 'head' }, { kind: 'status', status: 403 })
  await expect(poll(pair)).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' })
  off()
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.timing.advance(15 * 60_000)

  const gone = pair.client.headManifest(pair.app, 'gone', null, signal, 'background')
  await expect(gone).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })
  expect(pair.client.standing().circuits).toEqual([])
  await expect(poll(pair)).resolves.toBeTypeOf('object')
})

test('a host that is no more to be trusted does not make a refused credential good', async () => {
  const timing = createFakeTiming()
  const breakers = createBreakers(timing)
  const asking = { registry: 'r.example', repository: 'a', credential: 'x', account: 'ci', subject: 'r.example/a:1' }
  const say = (code: ErrorCode) =>
    breakers.run({ ...asking, urgency: 'background', what: 'headers', isMirror: false }, () =>
      Promise.reject(new AppError(code, '')),
    )
  await expect(say('REGISTRY_UNAUTHORIZED')).rejects.toThrow()
  timing.advance(15 * 60_000)

  for (const code of ['REGISTRY_UNTRUSTED', 'REGISTRY_UNAVAILABLE'] as const) await expect(say(code)).rejects.toThrow()

  // Its time is over, and it is not forgotten: the next refusal lasts twice as long.
  expect(breakers.standing()).toEqual([])
  await expect(say('REGISTRY_UNAUTHORIZED')).rejects.toThrow()
  expect(breakers.standing()).toMatchObject([{ kind: 'credential-refused', until: timing.wallNow() + 30 * 60_000 }])
})

test('what a rollout or a person wants is asked for at any time', async () => {
  await using stage = await start()
  const { pair } = stage
  const off = pair.registry.fault({}, { kind: 'reset' })
  for (let round = 0; round < 5; round += 1) await expect(poll(pair)).rejects.toThrow()
  off()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')

  await expect(pair.client.headManifest(pair.app, 'latest', null, signal)).resolves.toMatchObject({ digest })
  await expect(poll(pair)).resolves.toMatchObject({ digest })
})

test('a third damaged answer in a row is told, and that it is over', async () => {
  await using stage = await start()
  const { pair, told } = stage
  const digest = parseDigest(pair.registry.pushImage('team/app', 'latest', 'one'))
  const off = pair.registry.fault({ kind: 'get' }, { kind: 'lying-body' })
  const get = () => pair.client.getManifest(pair.app, digest, signal)
  for (let round = 0; round < 2; round += 1) await expect(get()).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
  expect(told()).toEqual([])

  await expect(get()).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
  await expect(get()).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
  expect(told()).toEqual([['damaged', 'REGISTRY_INTEGRITY']])
  off()
  await get()
  expect(told()).toEqual([
    ['damaged', 'REGISTRY_INTEGRITY'],
    ['damaged', 'over'],
  ])
})

test('polling stops at a fifth of the budget, for all repositories of the host, and a rollout goes on', async () => {
  await using stage = await start()
  const { pair } = stage
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  const stated = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '20;w=21600' }
  pair.registry.fault({}, { kind: 'headers', headers: stated })
  await expect(poll(pair)).resolves.toMatchObject({ digest })

  await expect(poll(pair)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED', retryAfterMs: 900_000 })
  await expect(poll(pair, 'team/web')).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
  expect(pair.registry.count()).toBe(1)
  await expect(pair.client.headManifest(pair.app, 'latest', null, signal)).resolves.toMatchObject({ digest })
  expect(pair.client.standing().budgets).toMatchObject([{ host: pair.registry.host, limit: 100, remaining: 20 }])
})

test('polling goes on with each request when the host tells of no budget', async () => {
  await using stage = await start()
  const { pair } = stage
  pair.registry.pushImage('team/app', 'latest', 'one')

  for (let round = 0; round < 30; round += 1) await poll(pair)

  expect(pair.registry.count('head')).toBe(30)
})

test('headers alone end no row of damaged bodies', async () => {
  await using stage = await start()
  const { pair, told } = stage
  const digest = parseDigest(pair.registry.pushImage('team/app', 'latest', 'one'))
  pair.registry.fault({ kind: 'get' }, { kind: 'lying-body' })

  for (let round = 0; round < 3; round += 1) {
    await poll(pair)
    await expect(pair.client.getManifest(pair.app, digest, signal)).rejects.toMatchObject({
      code: 'REGISTRY_INTEGRITY',
    })
  }
  await poll(pair)

  expect(told()).toEqual([['damaged', 'REGISTRY_INTEGRITY']])
  expect(pair.client.standing().suspicious).toEqual([pair.registry.host])
})

test('who leads us astray is told once, and when it is over', async () => {
  await using stage = await start()
  const { pair, told } = stage
  pair.registry.pushImage('team/app', 'latest', 'one')
  const off = pair.registry.fault({ kind: 'head' }, { kind: 'redirect', location: 'http://169.254.169.254/' })
  for (let round = 0; round < 3; round += 1)
    await expect(poll(pair)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
  expect(told()).toEqual([['hostile', 'REGISTRY_REFUSED']])

  off()
  await poll(pair)

  expect(told().at(-1)).toEqual(['hostile', 'over'])
})

test('a list that is refused refuses no image of its repository', async () => {
  await using stage = await start()
  const { pair } = stage
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'tags' }, { kind: 'status', status: 403 })
  const list = () => pair.client.listTags(pair.app, signal, 'background')

  for (let round = 0; round < 3; round += 1) {
    await expect(list()).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' })
    await expect(poll(pair)).resolves.toBeTypeOf('object')
  }

  // And the other way round: only the list is left alone.
  expect(pair.registry.count('tags')).toBe(1)
})

test('a credential that was replaced stays refused nowhere, once the new one is good there', async () => {
  const news: TroubleNews[] = []
  const breakers = createBreakers(createFakeTiming(), (each) => news.push(each))
  const asking = {
    registry: 'r.example',
    repository: 'a',
    account: 'ci',
    subject: 'r.example/a:1',
    what: 'headers',
  } as const
  const ask = (credential: string, answer: () => Promise<string>) =>
    breakers.run({ ...asking, credential, urgency: 'background', isMirror: false }, answer)
  await expect(ask('old', () => Promise.reject(new AppError('REGISTRY_UNAUTHORIZED', '')))).rejects.toThrow()
  expect(breakers.standing()).toHaveLength(1)

  await ask('new', async () => 'found')

  expect(breakers.standing()).toEqual([])
  expect(news.map(({ kind, error }) => [kind, error === null])).toEqual([
    ['credential-refused', false],
    ['credential-refused', true],
  ])
})

test('headers that are damaged now and then are no three in a row', async () => {
  await using stage = await start()
  const { pair, told } = stage
  pair.registry.pushImage('team/app', 'latest', 'one')

  for (let round = 0; round < 4; round += 1) {
    const off = pair.registry.fault({ kind: 'head' }, { kind: 'wrong-digest', digest: 'sha256:00' })
    await expect(poll(pair)).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
    off()
    await poll(pair)
  }

  expect(told()).toEqual([])
  expect(pair.client.standing().suspicious).toEqual([])
})

test('who leads astray for one repository is not told anew for each that is fine', async () => {
  await using stage = await start()
  const { pair, told } = stage
  pair.registry.pushImage('team/web', 'latest', 'one')
  pair.registry.fault({ path: 'team/app' }, { kind: 'redirect', location: 'http://169.254.169.254/' })

  for (let round = 0; round < 3; round += 1) {
    await expect(poll(pair)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
    await poll(pair, 'team/web')
  }

  expect(told()).toEqual([['hostile', 'REGISTRY_REFUSED']])
})

test('an account that is let in opens no circuit of another', async () => {
  const breakers = createBreakers(createFakeTiming())
  const asking = { registry: 'r.example', repository: '', subject: 'r.example', what: 'headers' } as const
  const ask = (account: string, answer: () => Promise<string>) =>
    breakers.run({ ...asking, account, credential: account, urgency: 'background', isMirror: false }, answer)
  await expect(ask('one', () => Promise.reject(new AppError('REGISTRY_UNAUTHORIZED', '')))).rejects.toThrow()

  await ask('other', async () => 'found')

  expect(breakers.standing()).toMatchObject([{ kind: 'credential-refused', account: 'one' }])
})
