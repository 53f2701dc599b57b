import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { certificates } from '../../../../test/fakes/certificates.ts'
import type { AppError } from '../../../errors.ts'
import { createOciClient } from '../client.ts'
import { connectionFailure } from './connection-failure.ts'
import type { HttpAnswer } from './exchange.ts'
import { createTlsSource } from './host-tls.ts'
import { showingOurs } from './own-certificates.ts'

const signal = new AbortController().signal
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-own-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A folder as Docker has it, with two pairs; the server's own is nobody's that a server would let in. */
async function twoPairs(host: string): Promise<string> {
  const certsFolder = await mkdtemp(join(folder, 'certs.d-'))
  await mkdir(join(certsFolder, host))
  for (const [name, text] of Object.entries({
    'ca.crt': certificates.ca,
    'a.cert': certificates.server,
    'a.key': certificates.serverKey,
    'b.cert': certificates.client,
    'b.key': certificates.clientKey,
  })) {
    await writeFile(join(certsFolder, host, name), text)
  }
  return certsFolder
}

const sourceOf = (certsFolder: string) =>
  createTlsSource({
    configured: () => ({ names: [], files: {} }),
    certsFolder,
    readFile: (path) => readFile(path, 'utf8'),
    now: () => 0,
  })

test('of several pairs, the next is shown to a host that answers the first as nginx does, and then at once', async () => {
  const shown: (string | undefined)[] = []
  const own = { cert: certificates.server, key: certificates.serverKey, ca: certificates.ca }
  const server = createServer({ ...own, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const socket = request.socket as TLSSocket // of a server of HTTPS
    shown.push(socket.getPeerCertificate().subject?.CN as string | undefined)
    if (socket.authorized) response.writeHead(200, { 'content-type': 'application/json' }).end('{"tags":["1"]}')
    else response.writeHead(400, { 'content-type': 'text/html' }).end('<h1>400 The SSL certificate error</h1>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const registry = `127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server that listens has one
  const hosts = { [registry]: { plainHttp: false } }
  const client = createOciClient({ credentials: async () => null, hosts, certsFolder: await twoPairs(registry) })

  for (let times = 0; times < 2; times += 1) {
    await expect(client.listTags({ registry, repository: 'team/app' }, signal)).resolves.toEqual(['1'])
  }

  expect(shown).toEqual(['registry.example', 'longshore', 'longshore'])
  client.close()
  server.close()
})

/** As Node tells of the alerts of servers. */
function alert(number: number): AppError {
  const message = `C0:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert:rec_layer_s3.c:918:SSL alert number ${number}\n`
  const cause = Object.assign(new Error(message), { code: 'ERR_SSL_TLSV1_ALERT' })
  return connectionFailure(cause, 'team/app', new URL('https://registry.example/'), false)
}

const answer = { status: 200, headers: {} } as HttpAnswer // all that is looked at

test.each([40, 42, 46, 48, 116])('of several pairs, the next is shown after the alert %i', async (number) => {
  const source = sourceOf(await twoPairs('registry.example'))
  const tlsFor = () => source({ host: 'registry.example', isConfigured: true, trustAs: undefined })
  const versions: (string | undefined)[] = []
  const send = async (tls: Awaited<ReturnType<typeof tlsFor>>): Promise<HttpAnswer> => {
    versions.push(tls?.version)
    if (versions.length === 1) throw alert(number)
    return answer
  }

  await expect(showingOurs({ method: 'HEAD' }, tlsFor, send)).resolves.toBe(answer)
  await expect(showingOurs({ method: 'HEAD' }, tlsFor, send)).resolves.toBe(answer)

  expect(new Set(versions).size).toBe(2)
  expect(versions[2]).toBe(versions[1])
})

test.each([
  ['each pair once where all are refused', 'HEAD', alert(48), 2],
  ['no other for a failure of another kind', 'HEAD', alert(80), 1],
  ['no other for what is not safe to send again', 'POST', alert(48), 1],
] as const)('shows %s', async (_what, method, error, times) => {
  const source = sourceOf(await twoPairs('registry.example'))
  const tlsFor = () => source({ host: 'registry.example', isConfigured: true, trustAs: undefined })
  let sent = 0
  const send = async (): Promise<HttpAnswer> => {
    sent += 1
    throw error
  }

  await expect(showingOurs({ method }, tlsFor, send)).rejects.toBe(error)

  expect(sent).toBe(times)
})

test('many that are refused at once move on to the next pair, and not past it', async () => {
  const source = sourceOf(await twoPairs('registry.example'))
  const tlsFor = () => source({ host: 'registry.example', isConfigured: true, trustAs: undefined })
  const refused = (await tlsFor())?.version
  const send = async (tls: Awaited<ReturnType<typeof tlsFor>>): Promise<HttpAnswer> => {
    if (tls?.version === refused) throw alert(48)
    return answer
  }

  const all = Array.from({ length: 5 }, () => showingOurs({ method: 'HEAD' }, tlsFor, send))

  await expect(Promise.all(all)).resolves.toHaveLength(5)
})
