import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { Agent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { secret } from '../../lib/secret.ts'
import { openEcr, openEcrPublic } from './ecr-api.ts'
import { openSqsQueue } from './sqs-queue.ts'

const signal = new AbortController().signal
const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'nothing-that-exists' }
const mib = 1024 * 1024

async function* endless() {
  yield '{"imageDetails":[{"x":"'
  for (; sent < 200 * mib; sent += mib) yield Buffer.alloc(mib, 'a')
}

let server: Server
let queueUrl = ''
let requests = 0
let sent = 0
beforeEach(async () => {
  requests = 0
  sent = 0
  server = createServer((_request, response) => {
    requests += 1
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
    // Whoever asks goes away in the middle.
    pipeline(endless, response).catch(() => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens at a port
  vi.stubEnv('AWS_ENDPOINT_URL_ECR', url)
  vi.stubEnv('AWS_ENDPOINT_URL_ECR_PUBLIC', url)
  queueUrl = `${url}/123456789012/pushes`
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const access = {
  region: 'eu-central-1',
  isFips: false,
  isDualStack: false,
  keys: { accessKeyId: keys.accessKeyId, secretAccessKey: secret(keys.secretAccessKey), sessionToken: null },
  profile: null,
  agent: new Agent(),
}

const questions = {
  'a list of images': async () => (await openEcr(access)).listImages(null, 'team/app', 'team/app:1', signal),
  'a password': async () => (await openEcr(access)).createPassword('team/app:1', signal),
  'a password for the public registry': async () => (await openEcrPublic(access)).createPassword('team/app:1', signal),
  'messages of a queue': async () =>
    (await openSqsQueue({ url: queueUrl, region: 'eu-central-1', keys })).receive(signal),
}

test.each(Object.entries(questions))('an answer without end is ended: %s', async (what, ask) => {
  const code = what.startsWith('messages') ? 'EVENT_QUEUE_UNAVAILABLE' : 'REGISTRY_TOO_LARGE'

  await expect(ask()).rejects.toMatchObject({ code, message: expect.stringContaining('(AnswerTooLarge)') })

  // What lies in the sockets between is sent, and no more; and it is not asked for again.
  expect(sent).toBeLessThan(64 * mib)
  expect(requests).toBe(1)
})
