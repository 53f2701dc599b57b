import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { certificates } from '../../../test/fakes/certificates.ts'
import { startFakeProxy } from '../../../test/fakes/http-proxy.ts'
import { startSqs } from '../../../test/fakes/sqs.ts'
import { startTlsFront } from '../../../test/fakes/tls-front.ts'
import { agentTo } from '../oci/agent-to.ts'
import { environmentProxies } from '../oci/wire/proxy.ts'
import { openSqsQueue } from './sqs-queue.ts'

const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'nothing-that-exists' }

test.each([
  ['goes through the proxy of the environment', '', true],
  ['goes through it also where another host is left out', 'other.example', true],
  ['goes past it where NO_PROXY leaves out a name above its own, which Node itself would not know', 'example', false],
])('a queue %s', async (_, noProxy, isProxied) => {
  const sqs = await startSqs()
  await using front = await startTlsFront(Number(new URL(sqs.url).port))
  await using proxy = await startFakeProxy(front.port)
  const certsFolder = await mkdtemp(join(tmpdir(), 'longshore-sqs-'))
  // The name in the certificate of the fakes.
  const host = `registry.example:${front.port}`
  await mkdir(join(certsFolder, host))
  await writeFile(join(certsFolder, host, 'ca.crt'), certificates.ca)
  const proxies = environmentProxies({ HTTPS_PROXY: proxy.url, NO_PROXY: noProxy })
  const lookup: LookupFunction = (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])
  const agent = agentTo({ proxies, certsFolder, lookup, readFile: (path) => readFile(path, 'utf8') }, host)
  const url = `https://${host}${new URL(sqs.url).pathname}`
  const queue = await openSqsQueue({ url, region: 'eu-central-1', keys, agent })
  try {
    await expect(queue.look(AbortSignal.timeout(10_000))).resolves.toMatchObject({ waiting: 0 })

    expect(proxy.requests.map(({ target }) => target)).toEqual(isProxied ? [host] : [])
  } finally {
    queue.close()
    await rm(certsFolder, { recursive: true })
  }
})
