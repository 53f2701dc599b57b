import { expect, test } from 'vitest'
import { eventRequest, nowMs } from '../../test/fakes/event-requests.ts'
import { createJfrogSource } from './jfrog.ts'

const registry = 'art.example.com'
const paths = new Map([
  ['docker-local', ['docker', 'all/of-it']],
  ['own-host', ['']],
])
const source = createJfrogSource({ registry, paths })

const pushed = (key: string, more: object = {}) => ({
  domain: 'docker',
  event_type: 'pushed',
  data: { repo_key: key, image_name: 'team/web', tag: '1', sha256: 'a'.repeat(64), ...more },
  jpd_origin: 'https://evil.example.com',
})
const repositories = (body: unknown) => source.parse(eventRequest(body))?.map(({ image }) => image.repository)

test('finds images where the virtual repositories have them', () => {
  expect(repositories(pushed('docker-local'))).toEqual(['docker/team/web', 'all/of-it/team/web'])
})

test('finds images at the root of a host that stands for their repository', () => {
  expect(repositories(pushed('own-host'))).toEqual(['team/web'])
})

test('finds all others below their key', () => {
  expect(repositories(pushed('another'))).toEqual(['another/team/web'])
  expect(repositories(pushed('__proto__'))).toEqual([])
})

test('reads an event without its envelope, as the documentation shows it', () => {
  expect(repositories({ ...pushed('another').data, event_type: 'pushed' })).toEqual(['another/team/web'])
})

test('takes a promotion for a push', () => {
  expect(source.parse(eventRequest({ ...pushed('another'), event_type: 'promoted' }))).toMatchObject([
    { kind: 'pushed' },
  ])
})

test('what is sent again has the same id, which a tag that goes back to what it named before may have too', () => {
  const [first, again] = [nowMs, nowMs + 1].map((at) => source.parse(eventRequest(pushed('another'), {}, at))?.[0])

  expect(again).toEqual(first)
  expect(first).toMatchObject({ idRecurs: true })
})
