import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeControl } from '../../test/fakes/control.ts'
import { serveControl } from '../../test/fakes/served-control.ts'
import { controlSocket } from '../contract/control.ts'
import { createRemoteControl } from './remote-control.ts'

const by = { actor: 'ada', reason: null }

/** A service that answers as it likes. */
async function answering(listener: RequestListener) {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-answering-'))
  const server = createServer(listener).listen(controlSocket(folder))
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  })
  return createRemoteControl(controlSocket(folder))
}

test.each<readonly [string, RequestListener]>([
  ['before it answers', (request) => request.socket.destroy()],
  [
    'in the middle of its answer',
    (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"sentence":', () => response.destroy())
    },
  ],
])('a service that goes away %s is told as such', async (_when, listener) => {
  const control = await answering(listener)

  await expect(control.pin('web', '1', by)).rejects.toMatchObject({
    code: 'CONTROL_UNREACHABLE',
    message: expect.stringMatching(/the service at .*control\.sock went away/),
  })
})

test('a service that was there and is not any more is told as such', async () => {
  const { control, called } = createFakeControl()
  const service = await serveControl(control)
  const remote = createRemoteControl(controlSocket(service.stateFolder))
  await remote.pin('web', '1', by)
  await service.close()

  await expect(remote.progress('web')).rejects.toMatchObject({ code: 'CONTROL_UNREACHABLE' })

  expect(called).toHaveLength(1)
})

test.each<readonly [what: string, status: number, body: string, code: string]>([
  ['is no JSON', 200, '<html>', 'CONTROL_VERSION'],
  ['lacks what it should have', 200, '{"workload": null}', 'CONTROL_VERSION'],
  [
    'refuses with a code that is not known here',
    409,
    '{"error":{"code":"NEW_CODE","message":"m","hint":"h"}}',
    'CONTROL_VERSION',
  ],
  ['refuses in another form, as while it closes', 503, '{"error":"Service Unavailable"}', 'CONTROL_UNREACHABLE'],
])('an answer that %s is an error', async (_what, status, body, code) => {
  const control = await answering((_request, response) => response.writeHead(status).end(body))

  await expect(control.pin('web', '1', by)).rejects.toMatchObject({ code })
})

test('an answer without end is not read to its end', async () => {
  const control = await answering((_request, response) => {
    response.writeHead(200)
    const more = (): void =>
      void (response.write(' '.repeat(1_000_000)) ? setImmediate(more) : response.once('drain', more))
    more()
  })

  await expect(control.pauses()).rejects.toMatchObject({ code: 'CONTROL_UNREACHABLE', message: /too long/ })
})

test('what is no digest is refused', async () => {
  const told = [{ workload: 'w', digest: 'latest', policy: 'digest', reason: { code: 'X', sentence: 'x' }, since: '' }]
  const control = await answering((_request, response) => response.end(JSON.stringify(told)))

  await expect(control.quarantines()).rejects.toMatchObject({ code: 'CONTROL_VERSION' })
})
