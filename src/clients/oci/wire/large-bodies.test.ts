import { expect, test } from 'vitest'
import { startOciPair } from '../../../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../../../test/fakes/registry.ts'

const signal = new AbortController().signal
const mediaType = 'application/vnd.oci.image.manifest.v1+json'
const part = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 2 }
const large = JSON.stringify({
  schemaVersion: 2,
  mediaType,
  config: part,
  layers: [],
  annotations: { note: 'x'.repeat(1_000_000) },
})
const reply = {
  kind: 'status',
  status: 200,
  headers: { 'content-type': mediaType },
  body: large,
} as const

test('large bodies of one host take turns, and all come through', async () => {
  await using pair = await startOciPair()
  pair.registry.fault({ kind: 'get' }, reply)

  const all = await Promise.all(
    Array.from({ length: 20 }, (_, index) => pair.client.getManifest(pair.app, `v${index}`, signal)),
  )

  expect(new Set(all.map(({ sizeBytes }) => sizeBytes))).toEqual(new Set([large.length]))
})

test('whoever waits for a turn has all of its time left when that comes', async () => {
  await using pair = await startOciPair({}, { limits: { tries: 1, totalMs: 3000 } })
  pair.registry.fault({ kind: 'get' }, reply)
  pair.registry.fault({ kind: 'get', path: 'hangs' }, { kind: 'stall', reply })

  const hanging = pair.client.getManifest(pair.app, 'hangs', signal).catch((error: unknown) => error)
  const waiting = pair.client.getManifest(pair.app, 'waits', signal)

  expect(await hanging).toMatchObject({ message: expect.stringContaining('did not finish its answer in time') })
  expect((await waiting).sizeBytes).toBe(large.length)
})

test('one that hangs in its turn holds up its own host alone, and no longer than it may', async () => {
  await using slow = await startOciPair({}, { limits: { tries: 1, paceMs: 100, paceBytes: 100 } })
  const other = await startFakeRegistry()
  for (const registry of [slow.registry, other]) registry.fault({ kind: 'get' }, reply)
  slow.registry.fault({ kind: 'get', path: 'hangs' }, { kind: 'stall', reply })

  const hanging = slow.client.getManifest(slow.app, 'hangs', signal).catch((error: unknown) => error)
  const waiting = slow.client.getManifest(slow.app, 'waits', signal)
  await slow.client.getManifest({ registry: other.host, repository: 'team/app' }, 'other', signal)

  expect(await hanging).toMatchObject({ message: expect.stringContaining('sends its answer too slowly') })
  expect((await waiting).sizeBytes).toBe(large.length)
  await other.close()
})
