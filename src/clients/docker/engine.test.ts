import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEngine, type Engine } from './engine.ts'
import type { RegistryCredentials } from './registry-auth.ts'

/** Answers of an engine, by `METHOD /path`; what is not there is 404. */
type Answers = Record<string, (response: http.ServerResponse, request: http.IncomingMessage) => void>

let folder: string
let server: http.Server
let engine: Engine
let answers: Answers
let asked: string[]
const { signal } = new AbortController()

const json = (status: number, body: unknown) => (response: http.ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-engine-'))
  asked = []
  answers = { 'GET /version': json(200, { ApiVersion: '1.45', MinAPIVersion: '1.24', Os: 'linux', Arch: 'amd64' }) }
  server = http.createServer((request, response) => {
    const key = `${request.method} ${request.url?.split('?')[0]}`
    asked.push(`${request.method} ${request.url}`)
    const answer = answers[key] ?? json(404, { message: 'no such thing' })
    answer(response, request)
  })
  const socketPath = join(folder, 'engine.sock')
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  engine = createEngine({ socketPath })
})

afterEach(async () => {
  engine.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

describe('versions', () => {
  test('are asked again when another engine answers in the place of the first', async () => {
    answers['GET /v1.45/containers/json'] = json(200, [])
    await engine.listContainers(signal)
    answers['GET /version'] = json(200, { ApiVersion: '1.52', MinAPIVersion: '1.46' })
    const message = 'client version 1.45 is too old. Minimum supported API version is 1.46, please upgrade your client'
    answers['GET /v1.45/containers/json'] = json(400, { message })
    answers['GET /v1.51/containers/json'] = json(200, [])

    await expect(engine.listContainers(signal)).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' })

    await expect(engine.listContainers(signal)).resolves.toEqual([])
  })

  test('are asked once and then used in every path', async () => {
    answers['GET /v1.45/containers/json'] = json(200, [])

    await engine.listContainers(signal)
    await engine.listContainers(signal)

    expect(asked).toEqual(['GET /version', 'GET /v1.45/containers/json?all=1', 'GET /v1.45/containers/json?all=1'])
  })

  test.each([
    ['1.99', '1.24', '1.51'],
    ['1.41', '1.12', '1.41'],
  ])('meet: an engine of %s (from %s) is spoken to in %s', async (ApiVersion, MinAPIVersion, api) => {
    answers['GET /version'] = json(200, { ApiVersion, MinAPIVersion })

    expect((await engine.version(signal)).api).toBe(api)
  })

  test('that are newer than ours are spoken where all has to be written back as it was', async () => {
    answers['GET /version'] = json(200, { ApiVersion: '1.99', MinAPIVersion: '1.24' })
    answers['GET /v1.99/services'] = json(200, [])
    answers['GET /v1.51/nodes'] = json(200, [])

    await expect(engine.listServices(signal)).resolves.toEqual([])
    await expect(engine.listNodes(signal)).resolves.toEqual([])
  })

  test.each([{ ApiVersion: '1.40' }, { ApiVersion: '1.99', MinAPIVersion: '1.60' }, {}, []])(
    'that do not meet are refused: %j',
    async (answer) => {
      answers['GET /version'] = json(200, answer)

      await expect(engine.version(signal)).rejects.toMatchObject({ code: 'TARGET_UNSUPPORTED' })
    },
  )
})

describe('an error of the engine', () => {
  test.each([
    [400, 'TARGET_REJECTED'],
    [404, 'TARGET_NOT_FOUND'],
    [409, 'TARGET_CONFLICT'],
    [500, 'TARGET_FAILED'],
    [503, 'TARGET_FAILED'],
  ])('of status %d is %s, in its own words', async (status, code) => {
    answers['POST /v1.45/containers/web/start'] = json(status, { message: 'it says why' })

    await expect(engine.startContainer('web', signal)).rejects.toMatchObject({
      code,
      message: 'POST /containers/web/start: it says why',
    })
  })

  test('of status 403 is a conflict of the engine, but a refusal of what stands before it', async () => {
    answers['POST /v1.45/containers/web/start'] = json(403, { message: 'Address already in use' })
    await expect(engine.startContainer('web', signal)).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })

    answers['POST /v1.45/containers/web/start'] = (response) => response.writeHead(403).end('<h1>403 Forbidden</h1>')
    await expect(engine.startContainer('web', signal)).rejects.toMatchObject({ code: 'TARGET_FORBIDDEN' })
  })

  test('that nothing has this name is null', async () => {
    expect(await engine.inspectContainer('web', signal)).toBeNull()
    expect(await engine.inspectImage('localhost:5000/a/web@sha256:0', signal)).toBeNull()
    expect(asked.at(-1)).toBe('GET /v1.45/images/localhost%3A5000/a/web%40sha256%3A0/json')
  })
})

describe('a connection', () => {
  test('that is refused names the socket', async () => {
    const away = createEngine({ socketPath: join(folder, 'none.sock') })

    await expect(away.listContainers(signal)).rejects.toMatchObject({
      code: 'TARGET_UNAVAILABLE',
      message: expect.stringContaining('none.sock'),
    })
  })

  test('that the engine closed meanwhile is opened again to ask, never to act', async () => {
    answers['GET /v1.45/containers/json'] = json(200, [])
    answers['POST /v1.45/containers/web/start'] = (_, request) => request.socket.destroy()
    await engine.listContainers(signal)
    let isFirst = true
    answers['GET /v1.45/containers/json'] = (response, request) => {
      if (isFirst) request.socket.destroy()
      else json(200, [])(response)
      isFirst = false
    }

    expect(await engine.listContainers(signal)).toEqual([])
    asked.length = 0
    await expect(engine.startContainer('web', signal)).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' })
    expect(asked.filter((each) => each.startsWith('POST'))).toHaveLength(1)
  })

  test('ends with the signal, also in the middle of an answer', async () => {
    const stop = new AbortController()
    answers['GET /v1.45/containers/json'] = (response) => {
      response.writeHead(200).write('[')
      stop.abort()
    }

    await expect(engine.listContainers(stop.signal)).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('a pull', () => {
  const request = { repository: 'localhost:5000/web', reference: 'sha256:0', platform: null, auth: null }
  const stream =
    (...lines: object[]) =>
    (response: http.ServerResponse) =>
      response.end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(''))

  test('tells its progress and sends the credentials', async () => {
    let auth = ''
    answers['POST /v1.45/images/create'] = (response, incoming) => {
      auth = String(incoming.headers['x-registry-auth'])
      stream(
        { status: 'Pulling from web', id: '1' },
        { status: 'Pulling fs layer', progressDetail: {}, id: 'a' },
        { status: 'Downloading', progressDetail: { current: 5, total: 10 }, id: 'a' },
        { status: 'Extracting', progressDetail: { current: 1, total: 20 }, id: 'a' },
        { status: 'Pull complete', progressDetail: {}, id: 'a' },
        { status: 'Already exists', progressDetail: {}, id: 'b' },
      )(response)
    }
    const progress: object[] = []
    const credentials = { username: 'me', password: 'pass?>', isIdentityToken: false, registry: 'localhost:5000' }

    await engine.pull({ ...request, auth: credentials }, (layers) => progress.push(layers), signal)

    expect(progress[1]).toEqual({ layers: 1, layersDone: 0, bytes: 10, bytesDone: 5 })
    expect(progress.at(-1)).toEqual({ layers: 2, layersDone: 2, bytes: 10, bytesDone: 10 })
    expect(JSON.parse(Buffer.from(auth, 'base64url').toString())).toMatchObject({ username: 'me', password: 'pass?>' })
  })

  /** The header of a pull with these credentials. */
  async function authOf(credentials: Partial<RegistryCredentials>): Promise<string> {
    let auth = ''
    answers['POST /v1.45/images/create'] = (response, incoming) => {
      auth = String(incoming.headers['x-registry-auth'])
      stream({ status: 'Pull complete', id: 'a' })(response)
    }
    const usual = { username: 'me', password: 'pass', isIdentityToken: false, registry: 'localhost:5000' }
    await engine.pull({ ...request, auth: { ...usual, ...credentials } }, () => {}, signal)
    return auth
  }

  test.each(['a?>', 'ab?>', 'abc?>', 'abcd?>'])('pads credentials, as the engine wants them: %s', async (password) => {
    const auth = await authOf({ password })

    expect(auth).toMatch(/^[\w-]+={0,2}$/)
    expect(auth.length % 4).toBe(0)
  })

  test('hands an identity token over as what it is', async () => {
    const auth = await authOf({ username: '<token>', password: 'refresh', isIdentityToken: true })

    const sent: unknown = JSON.parse(Buffer.from(auth, 'base64url').toString())
    expect(sent).toEqual({ identitytoken: 'refresh', serveraddress: 'localhost:5000' })
  })

  test('with an error in its stream has failed, although its status says otherwise', async () => {
    answers['POST /v1.45/images/create'] = stream(
      { status: 'Downloading', id: 'a' },
      { errorDetail: { message: 'no space left on device' }, error: 'no space left on device' },
    )

    await expect(engine.pull(request, () => {}, signal)).rejects.toMatchObject({
      code: 'TARGET_PULL_FAILED',
      message: 'no space left on device',
    })
  })

  test('whose stream breaks off has failed', async () => {
    answers['POST /v1.45/images/create'] = (response, incoming) => {
      response.write(`${JSON.stringify({ status: 'Downloading', id: 'a' })}\n`, () => incoming.socket.destroy())
    }

    await expect(engine.pull(request, () => {}, signal)).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' })
  })
})

test('logs of both outputs are put together from frames, however the network cuts them', async () => {
  const frame = (output: number, text: string) => {
    const header = Buffer.from([output, 0, 0, 0, 0, 0, 0, 0])
    header.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([header, Buffer.from(text)])
  }
  const bytes = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n'), frame(1, 'three\n')])
  answers['GET /v1.45/containers/web/logs'] = (response) => {
    for (const byte of bytes) response.write(Buffer.from([byte]))
    response.end()
  }

  expect(await engine.logTail('web', false, 10, 100, signal)).toBe('one\ntwo\nthree\n')
  expect(await engine.logTail('web', false, 10, 7, signal)).toBe('\nthree\n')
})

describe('events that the engine remembers', () => {
  const now = new Date('2026-01-01T12:00:00.400Z')
  const line = (action: string) => `${JSON.stringify({ Type: 'container', Action: action, Actor: { ID: 'web' } })}\n`
  const query = () => new URL(asked.at(-1) ?? '', 'http://engine').searchParams

  beforeEach(() => {
    // An engine whose clock is not ours.
    answers['GET /v1.45/version'] = (response) => response.writeHead(200, { date: now.toUTCString() }).end('{}')
  })

  test('are read no further than what is looked for', async () => {
    answers['GET /v1.45/events'] = (response) => void response.write(line('kill') + line('die'))
    const isWhole = (events: readonly { action: string }[]) => events.at(-1)?.action === 'die'

    const events = await engine.rememberedEvents({}, { isWhole }, signal)

    expect(events.map(({ action }) => action)).toEqual(['kill', 'die'])
  })

  test.each([
    ['to the end of its present second, by its own clock', {}, '2026-01-01T12:00:01Z'],
    ['to then, where what is looked for was noted just now', { notedBy: now.getTime() }, '2026-01-01T12:00:01Z'],
    ['without waiting, where that was noted before', { notedBy: now.getTime() - 1000 }, '2026-01-01T12:00:00Z'],
  ])('are read %s', async (_what, wanted, until) => {
    answers['GET /v1.45/events'] = (response) => response.end(line('start'))

    await engine.rememberedEvents({}, { isWhole: () => false, ...wanted }, signal)

    expect(query().get('until')).toBe(String(Date.parse(until) / 1000))
  })
})
