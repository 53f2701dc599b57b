import { expect, test } from 'vitest'
import { createFakeTiming } from '../../../../test/fakes/oci-client.ts'
import { createBudgets } from './budgets.ts'

const hub = { host: 'registry-1.docker.io', account: '' }
const pulls = (remaining: number) => ({
  'ratelimit-limit': '100;w=21600',
  'ratelimit-remaining': `${remaining};w=21600`,
  'docker-ratelimit-source': '198.51.100.7',
})
const at = (path: string) => new URL(`https://registry-1.docker.io/v2/library/nginx/${path}`)
const pull = { method: 'GET', url: at('manifests/1') }

function setUp() {
  const timing = createFakeTiming()
  const budgets = createBudgets(timing)
  const background = (counted = hub, request = pull) => budgets.admit(counted, request, 'background', 'docker.io/a:1')
  return { timing, budgets, background }
}

test.each([
  [21, true],
  [20, false],
  [0, false],
])('with %i of 100 left the background goes on: %s', (remaining, goesOn) => {
  const { budgets, background } = setUp()
  budgets.observe(hub, pulls(remaining))

  if (goesOn) expect(background).not.toThrow()
  else expect(background).toThrow(`grants only ${remaining} of 100 pulls more`)
})

test('what is wanted goes on to the last request', () => {
  const { budgets } = setUp()
  budgets.observe(hub, pulls(0))

  for (const urgency of ['wanted', 'by-hand'] as const) {
    expect(() => budgets.admit(hub, pull, urgency, 'docker.io/a:1')).not.toThrow()
  }
})

test.each([
  ['the HEAD of a manifest', { method: 'HEAD', url: at('manifests/1') }],
  ['a list of tags', { method: 'GET', url: at('tags/list?n=1000') }],
  ['a blob', { method: 'GET', url: at('blobs/sha256:1') }],
])('where pulls are counted, %s is none, and goes on in the background', (_, request) => {
  const { budgets, background } = setUp()
  budgets.observe(hub, pulls(0))

  expect(() => background(hub, request)).not.toThrow()
  expect(background).toThrow()
})

test('where requests are counted, each is one', () => {
  const { budgets, background } = setUp()
  budgets.observe(hub, { 'ratelimit-limit': '10', 'ratelimit-remaining': '0' })

  expect(() => background(hub, { method: 'HEAD', url: at('manifests/1') })).toThrow('0 of 10 requests')
})

test('what was said is forgotten with its stretch of time: a host may stop to count', () => {
  const { budgets, background, timing } = setUp()
  budgets.observe(hub, pulls(0))
  timing.advance(21_600_000 - 1)
  expect(budgets.standing()).toHaveLength(1)
  timing.advance(1)

  for (let round = 0; round < 3; round += 1) expect(background).not.toThrow()
  expect(budgets.standing()).toEqual([])
})

test('a host that tells of no budget has none: no header is not nought', () => {
  const { budgets, background } = setUp()
  budgets.observe(hub, { 'content-type': 'text/plain' })

  expect(background).not.toThrow()
  expect(budgets.standing()).toEqual([])
})

test('an answer without the headers does not unlearn what an earlier one said', () => {
  const { budgets, background } = setUp()
  budgets.observe(hub, pulls(3))
  budgets.observe(hub, {})

  expect(background).toThrow()
})

test('one in the background looks after a while whether the budget has recovered, and the others wait for it', () => {
  const { budgets, background, timing } = setUp()
  budgets.observe(hub, pulls(3))
  timing.advance(899_000)
  expect(background).toThrow()
  timing.advance(1000)

  expect(background).not.toThrow()
  expect(background).toThrow()
  budgets.observe(hub, pulls(100))
  expect(background).not.toThrow()
})

test('a host that names the end of the time is asked again then', () => {
  const { budgets, background, timing } = setUp()
  budgets.observe(hub, { 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '30' })
  timing.advance(29_999)
  expect(background).toThrow()

  timing.advance(1)
  expect(background).not.toThrow()
})

test('a host that names an end next month is looked at after an hour', () => {
  const { budgets, background, timing } = setUp()
  budgets.observe(hub, { 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '2000000' })

  timing.advance(3_600_000)
  expect(background).not.toThrow()
})

test('each account of a host is counted by itself', () => {
  const { budgets, background } = setUp()
  budgets.observe(hub, pulls(0))

  expect(() => background({ ...hub, account: 'robot' })).not.toThrow()
  expect(() => background({ ...hub, host: 'other.example' })).not.toThrow()
})

test('shows what is left, of how much, of what time, and for whom', () => {
  const { budgets } = setUp()
  budgets.observe(hub, pulls(76))

  expect(budgets.standing()).toEqual([
    {
      host: 'registry-1.docker.io',
      account: '',
      limit: 100,
      remaining: 76,
      windowMs: 21_600_000,
      resetInMs: null,
      counts: 'pulls',
      countedFor: '198.51.100.7',
      observedAt: Date.parse('2026-03-01T12:00:00Z'),
      isKept: false,
    },
  ])
})

test('remembers no more than a thousand hosts', () => {
  const { budgets } = setUp()
  for (let index = 0; index < 1100; index += 1) budgets.observe({ host: `${index}.example`, account: '' }, pulls(50))

  expect(budgets.standing()).toHaveLength(1000)
})

test('pulls that were refused are asked for again a little later than told, each time by another time', () => {
  const { budgets, timing } = setUp()
  timing.draw(0.5)
  budgets.refusePulls(hub, 60_000)

  expect(budgets.pullsRefusedForMs(hub)).toBe(63_000)
})
