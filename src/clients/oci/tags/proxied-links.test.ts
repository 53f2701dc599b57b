import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { certificates } from '../../../../test/fakes/certificates.ts'
import { startOciPair } from '../../../../test/fakes/oci-client.ts'
import { startTlsFront } from '../../../../test/fakes/tls-front.ts'
import { createOciClient } from '../client.ts'

const signal = new AbortController().signal
const names = ['1.0', '1.1', '2.0']
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-links-'))
  await writeFile(join(folder, 'ca'), certificates.ca)
})
afterAll(() => rm(folder, { recursive: true }))

/** @param next of the link of the first page, behind a proxy that ends TLS at `host` */
async function listBehindProxy(next: (host: string) => string): Promise<readonly string[]> {
  await using pair = await startOciPair()
  for (const name of names) pair.registry.pushImage('team/app', name, name)
  await using front = await startTlsFront(Number(new URL(pair.registry.url).port))
  const link = `<${next(front.host)}/v2/team/app/tags/list?n=2&last=1.1>; rel="next"`
  pair.registry.fault({ kind: 'tags', times: 1 }, { kind: 'headers', headers: { link } })
  const hosts = { [front.host]: { plainHttp: false, tls: { ca: join(folder, 'ca') } } }
  const client = createOciClient({ credentials: async () => null, timing: pair.timing, hosts })
  try {
    return await client.listTags({ registry: front.host, repository: 'team/app' }, signal)
  } finally {
    client.close()
  }
}

test.each(['https', 'http'])('a link to our own host by %s is followed by https', async (scheme) => {
  await expect(listBehindProxy((host) => `${scheme}://${host}`)).resolves.toEqual(names)
})

test.each([
  ['another host', () => 'http://evil.example'],
  ['another port', (host: string) => `http://${host.split(':')[0]}`],
  ['our own host with a user', (host: string) => `http://user:word@${host}`],
])('a link by http to %s is refused', async (_where, next) => {
  await expect(listBehindProxy(next)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
})
