import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeControl } from '../../test/fakes/control.ts'
import { controlRoutes, controlSocket } from '../contract/control.ts'
import { createLog } from '../lib/log.ts'
import { openControlServer, type ControlServer } from './control-server.ts'

let parent: string
let folder: string
const servers: ControlServer[] = []

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'longshore-socket-'))
  folder = join(parent, 'state')
  mkdirSync(folder, { mode: 0o700 })
})

afterEach(async () => {
  for (const each of servers.splice(0)) await each.close()
  rmSync(parent, { recursive: true })
})

async function open(into = folder, control = createFakeControl()) {
  const server = await openControlServer({
    control: control.control,
    folder: into,
    log: createLog('error', 'plain', () => {}),
  })
  servers.push(server)
  return { server, ...control }
}

/** One request, as anything may send it. */
async function send(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const asked = request({ socketPath: controlSocket(folder), method, path, headers, agent: false })
  const responded = new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve)
    asked.once('error', reject)
  })
  asked.end(body)
  const response = await responded
  return { status: response.statusCode, body: JSON.parse(await text(response)) }
}

const json = { 'content-type': 'application/json' }

describe('the socket', () => {
  test('is for this user alone, whatever the umask says', async () => {
    const umask = process.umask(0)
    try {
      await open()
    } finally {
      process.umask(umask)
    }

    expect(statSync(controlSocket(folder)).mode & 0o777).toBe(0o600)
  })

  test.each(['755', '750', '701', '770'])('is not bound in a folder of mode %s', async (mode) => {
    chmodSync(folder, parseInt(mode, 8))

    await expect(open()).rejects.toMatchObject({
      code: 'CONTROL_UNSAFE',
      message: expect.stringContaining(`${folder} (mode ${mode})`),
    })

    expect(existsSync(controlSocket(folder))).toBe(false)
  })

  test('says of a path that the system does not take how long it is', async () => {
    const long = join(folder, 'x'.repeat(107 - folder.length))
    mkdirSync(long, { mode: 0o700 })
    const path = join(long, 'control.sock')

    await expect(open(long)).rejects.toMatchObject({
      code: 'CONTROL_PATH_TOO_LONG',
      message: expect.stringMatching(new RegExp(`has ${path.length} bytes, .* 10[37]: ${path}$`)),
      hint: expect.stringContaining('--state'),
    })
  })

  test.runIf(process.platform === 'linux')(
    'is bound where its path has the very length that the system takes',
    async () => {
      const left = 107 - Buffer.byteLength(`${folder}/é/control.sock`)
      const long = join(folder, `é${'x'.repeat(left)}`)
      mkdirSync(long, { mode: 0o700 })
      expect(Buffer.byteLength(join(long, 'control.sock'))).toBe(107)

      await open(long)

      expect(statSync(controlSocket(long)).isSocket()).toBe(true)
    },
  )

  test('takes the place of one that a killed process left', async () => {
    const script = `require('net').createServer().listen(${JSON.stringify(controlSocket(folder))}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', script])
    expect(statSync(controlSocket(folder)).isSocket()).toBe(true)

    await open()

    expect(await send('GET', '/v1/pauses')).toMatchObject({ status: 200 })
  })

  test('never takes the place of one that is answered', async () => {
    const other = createServer().listen(controlSocket(folder))
    await once(other, 'listening')

    await expect(open()).rejects.toMatchObject({ code: 'STATE_LOCKED' })

    expect(statSync(controlSocket(folder)).isSocket()).toBe(true)
    other.close()
  })

  test('never removes a file that is no socket', async () => {
    writeFileSync(controlSocket(folder), 'mine')

    await expect(open()).rejects.toMatchObject({ code: 'CONTROL_UNSAFE' })

    expect(readFileSync(controlSocket(folder), 'utf8')).toBe('mine')
  })

  test('is gone once the server is closed', async () => {
    const { server } = await open()

    await server.close()

    expect(existsSync(controlSocket(folder))).toBe(false)
  })

  test('closes although somebody keeps a connection open and sends nothing', async () => {
    const { server } = await open()
    const idle = connect(controlSocket(folder))
    await once(idle, 'connect')
    const half = connect(controlSocket(folder))
    await once(half, 'connect')
    half.on('error', () => {})
    half.write('POST /v1/pause HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n')

    const startedAt = performance.now()
    await server.close()

    expect(performance.now() - startedAt).toBeLessThan(5_000)
    idle.destroy()
    half.destroy()
  })
})

describe('a request', () => {
  test('may name a workload of the longest id, percent-encoded', async () => {
    const { called } = await open()
    const id = `local/compose/${'p'.repeat(500)}/${'ü'.repeat(200)}`

    expect(await send('GET', controlRoutes.why.path.replace(':workload', encodeURIComponent(id)))).toMatchObject({
      status: 200,
      body: { workload: id },
    })
    expect(called).toEqual([['why', id]])
  })

  const by = { actor: 'ada', reason: null }
  const refused: readonly (readonly [
    what: string,
    method: string,
    path: string,
    body: string | undefined,
    status: number,
  ])[] = [
    ['is no JSON', 'POST', '/v1/pause', '{', 400],
    ['lacks who says it', 'POST', '/v1/pause', JSON.stringify({ workload: null, forMs: null }), 400],
    ['names nobody', 'POST', '/v1/resume', JSON.stringify({ workload: null, by: { ...by, actor: '' } }), 400],
    ['has a key that nobody knows', 'PUT', '/v1/workloads/web/pin', JSON.stringify({ by, tag: '1', force: true }), 400],
    ['pauses for no time', 'POST', '/v1/pause', JSON.stringify({ workload: null, forMs: 0, by }), 400],
    ['is too long', 'POST', '/v1/pause', JSON.stringify({ workload: 'x'.repeat(20_000), forMs: null, by }), 400],
    ['has no body', 'POST', '/v1/pause', undefined, 400],
    ['goes where nothing is', 'GET', '/v1/nothing', undefined, 404],
  ]
  test.each(refused)('that %s is refused, and nothing is done', async (_what, method, path, body, status) => {
    const { called } = await open()

    const answered = await send(method, path, body, body === undefined ? {} : json)

    expect(answered).toMatchObject({
      status,
      body: { error: { code: 'REQUEST_INVALID', message: expect.any(String), hint: expect.any(String) } },
    })
    expect(called).toEqual([])
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'of the type %s is refused',
    async (type) => {
      const { called } = await open()

      const answered = await send('POST', '/v1/resume', JSON.stringify({ workload: null, by }), {
        'content-type': type,
      })

      expect(answered).toMatchObject({ status: 400, body: { error: { code: 'REQUEST_INVALID' } } })
      expect(called).toEqual([])
    },
  )

  test.each([
    ['no text', '%ff'],
    ['far too long', 'a'.repeat(8000)],
  ])('about a workload whose name is %s is refused as all others are', async (_, name) => {
    await open()

    const { status, body } = await send('GET', `/v1/workloads/${name}/why`)

    expect([status, body]).toMatchObject([404, { error: { code: 'ROUTE_NOT_FOUND' } }])
  })

  test('that fails has the status of the error table, and what nobody foresaw is told as INTERNAL', async () => {
    await open(folder, createFakeControl({ pauses: () => Promise.reject(new Error('out of cheese')) }))

    expect(await send('GET', '/v1/pauses')).toMatchObject({
      status: 500,
      body: { error: { code: 'INTERNAL', message: 'out of cheese' } },
    })
  })
})
