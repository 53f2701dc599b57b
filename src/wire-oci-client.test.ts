import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { certificates } from '../test/fakes/certificates.ts'
import { startFakeProxy } from '../test/fakes/http-proxy.ts'
import { credentialsOf } from '../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../test/fakes/registry.ts'
import { startTlsFront } from '../test/fakes/tls-front.ts'
import { createLog } from './lib/log.ts'
import { openOciClient } from './wire-oci-client.ts'

const signal = new AbortController().signal
const user = { username: 'robot', password: 'let-me-in-please' }
let certsFolder = ''
beforeEach(async () => {
  certsFolder = await mkdtemp(join(tmpdir(), 'longshore-wire-'))
})
afterEach(() => rm(certsFolder, { recursive: true }))

function open(env: NodeJS.ProcessEnv, password = user.password, hosts = {}) {
  const lines: string[] = []
  const log = createLog('info', 'plain', (line) => lines.push(line))
  return { lines, client: openOciClient({ env, log, certsFolder }, credentialsOf(user.username, password), hosts) }
}

test('logs once that a registry refuses the credentials, and shows none of them', async () => {
  const registry = await startFakeRegistry({ auth: { kind: 'basic', ...user } })
  const { client, lines } = open({}, 'wrong-password-value')

  for (const repository of ['team/a', 'team/b', 'team/c']) {
    const asked = client.headManifest({ registry: registry.host, repository }, 'latest', null, signal)
    await expect(asked).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
  }

  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(`WARN  ${registry.host}: it refuses the credentials`)
  expect(lines.join()).not.toContain('wrong-password-value')
  client.close()
  await registry.close()
})

test('goes through the proxy of the environment', async () => {
  const registry = await startFakeRegistry()
  const digest = registry.pushImage('team/app', 'latest', 'one')
  await using proxy = await startFakeProxy(Number(new URL(registry.url).port))
  const { client } = open({ http_proxy: proxy.url }, user.password, { 'registry.example': { plainHttp: true } })

  await expect(
    client.headManifest({ registry: 'registry.example', repository: 'team/app' }, 'latest', null, signal),
  ).resolves.toMatchObject({ digest })

  expect(proxy.requests.length).toBeGreaterThan(0)
  client.close()
  await registry.close()
})

test('believes no authority out of a file that others may write', async () => {
  const registry = await startFakeRegistry()
  const digest = registry.pushImage('team/app', 'latest', 'one')
  await using front = await startTlsFront(Number(new URL(registry.url).port))
  const file = join(certsFolder, front.host, 'ca.crt')
  await mkdir(join(certsFolder, front.host))
  await writeFile(file, certificates.ca)
  const hosts = { [front.host]: { plainHttp: false } }
  const head = async () => {
    const { client } = open({}, user.password, hosts)
    const asked = client.headManifest({ registry: front.host, repository: 'team/app' }, 'latest', null, signal)
    return asked.finally(() => client.close())
  }

  await chmod(file, 0o666)
  await expect(head()).rejects.toMatchObject({ code: 'CONFIG_UNSAFE' })
  await chmod(file, 0o644)
  await expect(head()).resolves.toMatchObject({ digest })
  await registry.close()
})
