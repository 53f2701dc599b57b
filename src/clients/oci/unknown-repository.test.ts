import { expect, test } from 'vitest'
import { startOciPair } from '../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../test/fakes/oci-client.ts'

const signal = new AbortController().signal
const head = ({ client, app }: OciPair, tag = 'latest') => client.headManifest(app, tag, null, signal, 'background')
const complaint = (code: string) => JSON.stringify({ errors: [{ code, message: 'no' }] })

test('a tag that is not there is told from a repository that is not there, by one more request, and asked for again', async () => {
  await using pair = await startOciPair()

  await expect(head(pair)).rejects.toMatchObject({
    code: 'REGISTRY_REPOSITORY_UNKNOWN',
    message: `${pair.registry.host}/team/app:latest: ${pair.registry.host} answered 404 NAME_UNKNOWN`,
  })
  pair.registry.pushImage('team/app', 'other', 'one')
  pair.registry.forgetRequests()
  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })

  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['head', 'tags', 'head'])
})

test('nothing more is asked while all is well', async () => {
  await using pair = await startOciPair()
  pair.registry.pushImage('team/app', 'latest', 'one')

  await head(pair)

  expect(pair.registry.count()).toBe(1)
})

test.each([
  ['refuses to list tags', { kind: 'status', status: 403, body: complaint('DENIED') }],
  ['speaks of manifests there too', { kind: 'status', status: 404, body: complaint('MANIFEST_UNKNOWN') }],
  ['has no lists', { kind: 'status', status: 405, body: '' }],
  ['breaks', { kind: 'status', status: 500, body: complaint('UNKNOWN') }],
  ['has more tags than it is worth reading', { kind: 'oversized', bytes: 1024 * 1024 }],
] as const)('a registry that %s is believed of the tag alone, when it says so again', async (_, fault) => {
  await using pair = await startOciPair()
  pair.registry.pushImage('team/app', 'other', 'one')
  pair.registry.fault({ kind: 'tags' }, fault)

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })

  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['head', 'tags', 'head'])
})

test.each(['<h1>Not found</h1>', '{"error":"not found"}', ''])(
  'a registry that answers %j to a list is asked whether it is one, and believed of the tag',
  async (body) => {
    await using pair = await startOciPair()
    pair.registry.pushImage('team/app', 'other', 'one')
    pair.registry.fault({ kind: 'tags' }, { kind: 'status', status: 404, body })

    await expect(head(pair)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
      message: expect.stringMatching(/answered 404$/),
    })

    expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['head', 'tags', 'ping', 'head'])
  },
)

test('of a registry that wants a pause before it is heard again, nothing is known', async () => {
  await using pair = await startOciPair()
  pair.registry.pushImage('team/app', 'other', 'one')
  pair.registry.fault({ kind: 'tags' }, { kind: 'status', status: 429, body: complaint('TOOMANYREQUESTS') })

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })

  expect(pair.registry.count()).toBe(2)
})

test('a user who may not list tags keeps what may be pulled', async () => {
  await using pair = await startOciPair()
  pair.registry.pushImage('team/app', 'other', 'one')
  pair.registry.fault({ kind: 'tags' }, { kind: 'status', status: 403, body: complaint('DENIED') })

  for (let looks = 0; looks < 5; looks += 1) await expect(head(pair)).rejects.toThrow('404')

  expect(pair.client.standing().circuits).toEqual([])
  await expect(head(pair, 'other')).resolves.toBeTypeOf('object')
})
