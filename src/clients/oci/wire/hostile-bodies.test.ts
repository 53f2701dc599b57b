import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { startOciPair } from '../../../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../../../test/fakes/registry.ts'
import type { FakeRegistryOptions } from '../../../../test/fakes/registry.ts'
import type { Fault, FaultMatch } from '../../../../test/fakes/registry/faults.ts'
import { AppError } from '../../../errors.ts'

const signal = new AbortController().signal
const imageType = 'application/vnd.oci.image.manifest.v1+json'
const ok = (body: string | Buffer, headers: Record<string, string> = {}): Fault => ({
  kind: 'status',
  status: 200,
  headers: { 'content-type': imageType, ...headers },
  body,
})

const bodies: readonly (readonly [string, string])[] = [
  ['nested without end', '['.repeat(1_000_000)],
  ['nested without end and closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['nested as objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  [
    'with the keys of prototypes',
    '{"__proto__":{"schemaVersion":2},"constructor":{"prototype":{}},"tags":{"__proto__":[]}}',
  ],
  ['with numbers that are none', '{"schemaVersion":1e999,"expires_in":1e999,"tags":1e999,"token":1e999}'],
  ['of nothing', ''],
  ['of a null', 'null'],
  ['of zeros', '\0'.repeat(100_000)],
  ['of half characters', '\ud800'.repeat(1000)],
]

test.each(bodies)('a body %s is an error, whatever it is the answer to', async (_what, body) => {
  for (const kind of ['get', 'tags', 'token'] as const) {
    await using pair = await startOciPair({ auth: { kind: 'token' } }, { limits: { tries: 1 } })
    pair.registry.pushImage('team/app', 'latest', 'one')
    pair.registry.fault({ kind }, ok(body))

    const asked =
      kind === 'tags' ? pair.client.listTags(pair.app, signal) : pair.client.getManifest(pair.app, 'latest', signal)
    const result: unknown = await asked.catch((error: unknown) => error)

    // A list may be empty by the specification; nothing of the body may be in it.
    if (kind !== 'tags' || !Array.isArray(result)) expect(result).toBeInstanceOf(AppError)
    else expect(result).toEqual([])
  }
})

/** Would be a list of tags and a token, if somebody unpacked it; 100 MB of it. */
const bomb = gzipSync(
  Buffer.concat([Buffer.from('{"tags":["a"],"token":"t","x":"'), Buffer.alloc(100_000_000, 'x'), Buffer.from('"}')]),
)
const packed = ok(bomb, { 'content-encoding': 'gzip' })

test.each(['get', 'tags', 'token', 'other'] as const)('unpacks no bomb in the answer to %s', async (kind) => {
  await using pair = await startOciPair({ auth: { kind: 'token' } }, { limits: { tries: 1 } })
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind }, packed)
  const url = new URL('/api/v2.0/x', pair.registry.url)
  const asked = {
    get: () => pair.client.getManifest(pair.app, 'latest', signal),
    tags: () => pair.client.listTags(pair.app, signal),
    token: () => pair.client.getManifest(pair.app, 'latest', signal),
    other: () => pair.client.callApi({ method: 'GET', url, subject: 'an API' }, signal),
  }

  await expect(asked[kind]()).rejects.toMatchObject({
    code: 'REGISTRY_INTEGRITY',
    message: expect.stringContaining('sent a compressed answer, unasked'),
  })
})

test('asks everybody for what is not compressed', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token' } })
  pair.registry.pushImage('team/app', 'latest', 'one')
  await pair.client.getManifest(pair.app, 'latest', signal)
  await pair.client.listTags(pair.app, signal)

  expect(new Set(pair.registry.requests.map(({ headers }) => headers['accept-encoding']))).toEqual(
    new Set(['identity']),
  )
})

test('gives up on a body that comes slower than the least rate, long before the whole time is over', async () => {
  await using pair = await startOciPair({}, { limits: { tries: 1, paceMs: 60, paceBytes: 100, totalMs: 20_000 } })
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'get' }, { kind: 'slow-loris', everyMs: 20 })

  await expect(pair.client.getManifest(pair.app, 'latest', signal)).rejects.toThrow('sends its answer too slowly')
})

test('gives up on headers that come byte by byte', async () => {
  const timers: NodeJS.Timeout[] = []
  const drip = createServer((socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.1 200 OK\r\n')
    timers.push(setInterval(() => socket.write('x: y\r\n'), 5))
  })
  await new Promise<void>((resolve) => drip.listen(0, '127.0.0.1', resolve))
  const registry = `127.0.0.1:${(drip.address() as AddressInfo).port}` // a TCP server that listens has a port
  await using pair = await startOciPair({}, { limits: { tries: 1, firstByteMs: 80, totalMs: 20_000 } })

  const asked = pair.client.headManifest({ registry, repository: 'team/app' }, 'latest', null, signal)

  await expect(asked).rejects.toThrow('did not answer in time')
  for (const timer of timers) clearInterval(timer)
  drip.close()
})

test('a registry that hangs holds up no other', async () => {
  await using slow = await startOciPair({}, { limits: { concurrency: 2 } })
  const other = await startFakeRegistry()
  const digest = other.pushImage('team/app', 'latest', 'one')
  slow.registry.fault({}, { kind: 'hang' })
  const stop = new AbortController()
  const hanging = Array.from({ length: 10 }, () => slow.client.headManifest(slow.app, 'latest', null, stop.signal))

  await expect(
    slow.client.headManifest({ registry: other.host, repository: 'team/app' }, 'latest', null, signal),
  ).resolves.toMatchObject({ digest })

  stop.abort()
  await Promise.allSettled(hanging)
  await other.close()
})

interface Attack {
  readonly what: string
  readonly question: 'manifest' | 'manifests' | 'token' | 'tags' | 'api'
  readonly match: FaultMatch
  readonly fault: Fault
  readonly end: string
  readonly options?: FakeRegistryOptions
}

const endless: Fault = { kind: 'oversized', bytes: 1e9 }
const manifests: FaultMatch = { kind: 'get', path: 'team/' }
const token: FakeRegistryOptions = { auth: { kind: 'token' } }

const attacks: readonly Attack[] = [
  {
    what: 'a manifest that unpacks to 100 MB',
    question: 'manifest',
    match: manifests,
    fault: packed,
    end: 'REGISTRY_INTEGRITY',
  },
  {
    what: 'a list of tags that unpacks to 100 MB',
    question: 'tags',
    match: { kind: 'tags' },
    fault: packed,
    end: 'REGISTRY_INTEGRITY',
  },
  {
    what: 'a token that unpacks to 100 MB',
    question: 'token',
    match: { kind: 'token' },
    fault: packed,
    end: 'REGISTRY_INTEGRITY',
    options: token,
  },
  {
    what: 'a manifest of 1 GB',
    question: 'manifest',
    match: manifests,
    fault: endless,
    end: 'REGISTRY_TOO_LARGE',
  },
  // Each may come up to the ceiling of 8 MiB, but only one at a time.
  {
    what: 'sixteen manifests of 1 GB',
    question: 'manifests',
    match: manifests,
    fault: endless,
    end: 'REGISTRY_TOO_LARGE',
  },
  {
    what: 'a token of 1 GB',
    question: 'token',
    match: { kind: 'token' },
    fault: endless,
    end: 'REGISTRY_TOO_LARGE',
    options: token,
  },
  {
    what: 'a list of tags of 1 GB',
    question: 'tags',
    match: { kind: 'tags' },
    fault: endless,
    end: 'REGISTRY_TOO_LARGE',
  },
  {
    what: 'a manifest of 8 MB, nested all the way',
    question: 'manifest',
    match: manifests,
    fault: ok('['.repeat(8_000_000)),
    end: 'MANIFEST_INVALID',
  },
  {
    what: 'a manifest of 8 MB of empty objects',
    question: 'manifest',
    match: manifests,
    fault: ok(`[${'{},'.repeat(2_700_000)}0]`),
    end: 'MANIFEST_INVALID',
  },
  {
    what: 'a manifest of three million numbers',
    question: 'manifest',
    match: manifests,
    fault: ok(`{"schemaVersion":2,"x":[${'0,'.repeat(2_900_000)}0]}`),
    end: 'MANIFEST_INVALID',
  },
  {
    what: 'an answer of an API, nested all the way,',
    question: 'api',
    match: { kind: 'other' },
    fault: ok('['.repeat(8_000_000)),
    end: 'REGISTRY_TOO_LARGE',
  },
  {
    what: 'an answer of an API of 8 MB of empty objects',
    question: 'api',
    match: { kind: 'other' },
    fault: ok(`[${'{},'.repeat(2_600_000)}0]`),
    end: 'REGISTRY_TOO_LARGE',
  },
  {
    what: 'a list of tags of 60 MB, nested all the way',
    question: 'tags',
    match: { kind: 'tags' },
    fault: ok('['.repeat(60_000_000)),
    end: 'REGISTRY_INTEGRITY',
  },
]

/** Whatever it is. */
const grownMiBMax = 32

test.each(attacks)('$what takes less than 32 MiB', async ({ question, match, fault, end, options }) => {
  const registry = await startFakeRegistry(options)
  registry.fault(match, fault)
  const script = join(import.meta.dirname, '../../../../test/fakes/client-under-attack.ts')

  const { stdout } = await promisify(execFile)(process.execPath, [script, registry.host, question])

  const told = JSON.parse(stdout) as { readonly end: string; readonly grownKiB: number } // as the script prints it
  expect(told.end).toBe(end)
  expect(told.grownKiB / 1024).toBeLessThan(grownMiBMax)
  await registry.close()
})
