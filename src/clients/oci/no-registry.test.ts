import { expect, test } from 'vitest'
import { startOciPair } from '../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../test/fakes/oci-client.ts'
import { makeImage } from '../../../test/fakes/registry/images.ts'
import { parseDigest } from '../../image/digest.ts'

const signal = new AbortController().signal
const head = ({ client, app }: OciPair) => client.headManifest(app, 'latest', null, signal, 'background')
const digest = parseDigest(`sha256:${'0'.repeat(64)}`)

/** What stands in the place of a registry while that is away, and knows nothing. */
const answers = [
  ['404', { kind: 'status', status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' }],
  [
    'a page',
    { kind: 'status', status: 404, headers: { 'content-type': 'text/html' }, body: '<html>404 Not Found</html>' },
  ],
] as const

const questions = [
  ['a tag', head],
  ['a digest', ({ client, app }: OciPair) => client.getManifest(app, digest, signal)],
  ['a blob', ({ client, app }: OciPair) => client.getBlob(app, digest, signal)],
  ['the tags', ({ client, app }: OciPair) => client.listTags(app, signal)],
] as const

test.each(answers.flatMap(([what, fault]) => questions.map(([of, question]) => [what, of, fault, question] as const)))(
  'who answers %s to whatever it is asked does not say that there is no such thing: %s',
  async (_what, _of, fault, question) => {
    await using pair = await startOciPair()
    pair.registry.fault({}, fault)

    await expect(question(pair)).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: expect.stringContaining(', as a server does that is no registry'),
    })
  },
)

test.each(answers)('a registry that answers %s to what it does not have is believed', async (_what, fault) => {
  await using pair = await startOciPair()
  for (const kind of ['head', 'get', 'tags', 'blob'] as const) pair.registry.fault({ kind }, fault)

  for (const [, question] of questions) {
    await expect(question(pair)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })
  }
})

const image = makeImage('one')
const manifest = parseDigest(image.manifest.digest)

const there = [
  ['a tag', head],
  ['a digest', ({ client, app }: OciPair) => client.getManifest(app, manifest, signal)],
  ['a blob', ({ client, app }: OciPair) => client.getBlob(app, parseDigest(image.config.digest), signal)],
  ['the tags', ({ client, app }: OciPair) => client.listTags(app, signal)],
] as const

test.each(answers.flatMap(([what, fault]) => there.map(([of, question]) => [what, of, fault, question] as const)))(
  'who answered %s in the place of a registry that is back by the next question is not believed: %s',
  async (_what, _of, fault, question) => {
    await using pair = await startOciPair()
    pair.registry.pushMade('team/app', 'latest', image.manifest, [image])
    pair.registry.fault({ times: 1 }, fault)

    await expect(question(pair)).resolves.toBeTruthy()

    expect(pair.registry.count()).toBe(3)
  },
)

test('a tag that is asked for again is asked for with its condition', async () => {
  await using pair = await startOciPair()
  pair.registry.pushMade('team/app', 'latest', image.manifest, [image])
  pair.registry.fault({ times: 1 }, answers[0][1])

  await expect(pair.client.headManifest(pair.app, 'latest', manifest, signal)).resolves.toBe('unchanged')

  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['head', 'tags', 'head'])
})

test('a host that stays no registry opens no circuit, and is asked no more often than it takes to tell', async () => {
  await using pair = await startOciPair()
  pair.registry.fault({}, answers[0][1])

  for (let round = 0; round < 6; round += 1) await expect(head(pair)).rejects.toThrow('no registry')

  expect(pair.client.standing().circuits).toEqual([])
  expect(pair.registry.requests.slice(-3).map(({ kind }) => kind)).toEqual(['head', 'tags', 'ping'])
  expect(pair.registry.count()).toBe(18)
})

test.each(['tags', 'ping'] as const)(
  'nothing is told as gone by a registry that is away by the next question: %s',
  async (kind) => {
    await using pair = await startOciPair()
    for (const each of kind === 'ping' ? (['head', 'tags'] as const) : (['head'] as const)) {
      pair.registry.fault({ kind: each }, answers[0][1])
    }
    pair.registry.fault({ kind }, { kind: 'status', status: 503 })

    await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
  },
)
