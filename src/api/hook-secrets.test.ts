import { describe, expect, test } from 'vitest'
import { ownSource, publicParts, startPublicServer, word } from '../../test/fakes/public-listener.ts'
import { AppError } from '../errors.ts'
import { eventSources } from '../events/index.ts'
import { secret } from '../lib/secret.ts'
import { createPublicApp } from './public-app.ts'

const addressWord = '5f2b1c9e8d7a60413f2e1d0c9b8a7f6e'

function start() {
  const { store, lines, deps } = publicParts(undefined, [
    ownSource,
    { name: 'hub', source: eventSources['docker-hub']({ registry: 'docker.io' }), secrets: [secret(addressWord)] },
    { name: 'azure', source: eventSources.acr({ registry: 'shop.azurecr.io' }), secrets: [secret(word)] },
  ])
  const app = createPublicApp(deps)
  const post = (
    options: { body?: string | Buffer; headers?: Record<string, string>; url?: string; as?: string } = {},
  ) =>
    app.inject({
      method: 'POST',
      url: options.url ?? '/hooks/registry',
      payload: options.body ?? '{"events":[]}',
      headers: { authorization: `Bearer ${options.as ?? word}`, ...options.headers },
    })
  return { app, store, lines, deps, post }
}

describe('POST /hooks/<source>/<secret>', () => {
  const pushed = JSON.stringify({ push_data: { pushed_at: 1, tag: '1' }, repository: { repo_name: 'shop/web' } })

  test('takes the secret from the address', async () => {
    const { store, post } = start()

    expect((await post({ url: `/hooks/hub/${addressWord}`, body: pushed })).statusCode).toBe(202)
    expect(await store.pendingEvents(10)).toMatchObject([{ registry: 'docker.io', repository: 'shop/web', tag: '1' }])
  })

  test.each([
    ['another', `/hooks/hub/${addressWord.replace('5', '6')}`],
    ['none', '/hooks/hub'],
    ['an empty one', '/hooks/hub/'],
    ['that of another source', `/hooks/registry/${addressWord}`],
    ['a right one of no source', `/hooks/nobody/${addressWord}`],
    ['one in the query', `/hooks/hub?secret=${addressWord}`],
  ])('refuses %s, always alike', async (_, url) => {
    const { post, store } = start()

    const answer = await post({ url, body: pushed, as: 'wrong-wrong-wrong-wrong' })

    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toEqual((await post({ as: 'wrong-wrong-wrong-wrong' })).json())
    expect(await store.pendingEvents(10)).toEqual([])
  })

  test('never shows what stands in the place of a secret, neither in the log nor in an answer', async () => {
    const canary = 'c4na7yc4na7yc4na7yc4na7yc4na7y00'
    const { app, lines, post, store, deps } = start()
    const answers = [
      await post({ url: `/hooks/hub/${addressWord}`, body: pushed }),
      await post({ url: `/hooks/hub/${addressWord}`, body: `{ ${addressWord}` }),
      await post({ url: `/hooks/hub/${canary}`, body: pushed }),
      await post({ url: `/hooks/hub/${canary}%ff`, body: pushed }),
      await post({ url: `/hooks/hub/${canary.repeat(10)}`, body: pushed }),
      await post({ url: `/hooks/hub/${canary}/more`, body: pushed }),
      await post({ url: `/hooks/hub/${canary}`, body: pushed, headers: { 'content-encoding': 'gzip' } }),
      await post({ url: `/hooks/hub/${canary}`, body: Buffer.alloc(3 * 1024 * 1024 + 1) }),
      await app.inject({ method: 'GET', url: `/hooks/hub/${canary}` }),
      await app.inject({ method: 'PUT', url: `/hooks/hub/${addressWord}`, payload: pushed }),
    ]
    store.receiveEvents = () => Promise.reject(new Error('no space left on device'))
    answers.push(await post({ url: `/hooks/hub/${addressWord}`, body: pushed.replace('"1"', '"2"') }))
    const broken = createPublicApp({ ...deps, receive: () => Promise.reject(new Error(`about ${addressWord}`)) })
    answers.push(await broken.inject({ method: 'POST', url: `/hooks/hub/${addressWord}`, payload: pushed }))

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([
      202, 202, 401, 404, 404, 404, 415, 413, 404, 404, 503, 503,
    ])
    const said = [...lines, ...answers.flatMap(({ body, headers }) => [body, JSON.stringify(headers)])].join('\n')
    expect(said).not.toContain(canary.slice(0, 12))
    expect(said).not.toContain(addressWord)
  })
})

describe('what else a sender may need', () => {
  test('a handshake is answered with what it asks for, and status 200', async () => {
    const asking = { eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: { validationCode: 'c0de' } }
    const { post, lines } = start()
    const options = { url: '/hooks/azure', body: JSON.stringify([asking]) }
    const headers = { 'aeg-event-type': 'SubscriptionValidation' }

    const answer = await post({ ...options, headers })

    expect([answer.statusCode, answer.json()]).toEqual([200, { validationResponse: 'c0de' }])
    expect(lines.join()).toContain('azure asked for a handshake')
    expect((await post({ ...options, headers, as: 'wrong-wrong-wrong-wrong' })).statusCode).toBe(401)
  })

  test('what cannot be verified now is to be sent again', async () => {
    const { deps, lines } = start()
    const trouble = new AppError('EVENT_UNVERIFIABLE', 'the keys at keys.example.com are away')
    const app = createPublicApp({ ...deps, receive: () => Promise.reject(trouble) })

    const answer = await app.inject({ method: 'POST', url: '/hooks/registry' })

    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('10')
    expect(answer.json()).toMatchObject({ error: { code: 'EVENT_UNVERIFIABLE' } })
    expect(answer.body).not.toContain('keys.example.com')
    expect(lines.join()).toContain('keys.example.com')
  })
})

test.each(['utf8', 'latin1'] as const)('a secret with letters beyond ASCII is known in %s', async (encoding) => {
  const spoken = 'für-die-Größten-1234'
  const server = await startPublicServer({ sources: [{ ...ownSource, secrets: [secret(spoken)] }] })
  const head = `POST /hooks/registry HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\nauthorization: Bearer `

  const answer = await server.talk(head, Buffer.from(spoken, encoding), '\r\n\r\n{}')
  await server.close()

  expect(answer).toMatch(/^HTTP\/1\.1 202 /)
})
