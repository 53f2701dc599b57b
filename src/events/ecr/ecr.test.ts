import { describe, expect, test } from 'vitest'
import { certificates } from '../../../test/fakes/certificates.ts'
import { eventRequest } from '../../../test/fakes/event-requests.ts'
import { ecr, ecrBody } from '../../../test/fakes/senders/hosted-registries.ts'
import { shopWeb, word } from '../../../test/fakes/senders/sender.ts'
import { startOutside } from '../../../test/fakes/senders/senders.ts'
import { certificateUrl, confirmation, snsHost, snsMessage, topic } from '../../../test/fakes/senders/sns.ts'
import { AppError } from '../../errors.ts'
import { secret } from '../../lib/secret.ts'
import { createEcrSource } from './ecr.ts'

const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
const message = JSON.stringify(ecr.push(shopWeb))

function start(topics = [topic]) {
  const outside = startOutside()
  const source = createEcrSource({ registry, topics, fetch: outside.fetch })
  const byAddress = (body: unknown) => ({ ...eventRequest(body), pathSecret: word })
  const verify = async (body: unknown) => source.verify(byAddress(body), secret(word))
  return { ...outside, source, verify, byAddress }
}

describe('a message of SNS', () => {
  test.each(['1', '2'])(
    'is believed when it is signed by version %s, and its certificate is fetched once',
    async (version) => {
      const { verify, asked } = start()

      expect(await verify(snsMessage(message, { SignatureVersion: version }))).toBe(true)
      expect(await verify(snsMessage(message, { SignatureVersion: version, Subject: 'of an event' }))).toBe(true)
      expect(asked).toEqual([certificateUrl])
    },
  )

  test.each<[string, Record<string, unknown>]>([
    ['whose message was changed', snsMessage(message, {}, { Message: message.replace('1.2.3', '6.6.6') })],
    ['whose type was changed', snsMessage(message, {}, { Type: 'UnsubscribeConfirmation' })],
    ['to which a subject was added', snsMessage(message, {}, { Subject: 'x' })],
    ['whose version was changed', snsMessage(message, {}, { SignatureVersion: '1' })],
    ['of an unknown version', snsMessage(message, {}, { SignatureVersion: '3' })],
    ['without a signature', snsMessage(message, {}, { Signature: undefined })],
    ['with an empty signature', snsMessage(message, {}, { Signature: '' })],
    ['with a signature of nothing', snsMessage(message, {}, { Signature: 'AAAA' })],
  ])('%s is refused', async (_, body) => {
    expect(await start().verify(body)).toBe(false)
  })

  test.each([
    ['another topic', { TopicArn: 'arn:aws:sns:eu-central-1:123456789012:others' }],
    ['the topic of another account', { TopicArn: 'arn:aws:sns:eu-central-1:210987654321:images' }],
    ['a certificate elsewhere', { SigningCertURL: 'https://evil.example.com/SimpleNotificationService-0.pem' }],
    [
      'one of another region',
      { SigningCertURL: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem' },
    ],
    ['one by plain http', { SigningCertURL: certificateUrl.replace('https', 'http') }],
    ['one at another port', { SigningCertURL: certificateUrl.replace('.com/', '.com:8443/') }],
    ['one of another name', { SigningCertURL: `https://${snsHost}/?Action=GetTopicAttributes` }],
    ['one with a query', { SigningCertURL: `${certificateUrl}?x=.pem` }],
    ['one in a folder', { SigningCertURL: certificateUrl.replace('.com/', '.com/x/') }],
    ['a host that goes on', { SigningCertURL: certificateUrl.replace('.com/', '.com.evil.example.com/') }],
    ['a host as the user', { SigningCertURL: certificateUrl.replace('.com/', '.com@evil.example.com/') }],
    ['a host with a backslash', { SigningCertURL: certificateUrl.replace('https://', 'https://evil.example.com\\@') }],
  ])('of %s is refused, and nobody is asked', async (_, fields) => {
    const { verify, asked } = start()

    expect(await verify(snsMessage(message, fields))).toBe(false)
    expect(asked).toEqual([])
  })

  test('is refused where no topic is allowed', async () => {
    expect(await start([]).verify(snsMessage(message))).toBe(false)
  })

  test('is refused without its envelope, where nothing is signed', async () => {
    expect(await start().verify(message)).toBe(false)
  })

  test('has to be signed also where the secret is in a header', async () => {
    const { source } = start()
    const request = eventRequest(snsMessage(message, {}, { Signature: 'AAAA' }), { authorization: [word] })

    expect(await source.verify(request, secret(word))).toBe(false)
  })

  test('waits for the certificate, and asks for it again when it could not be had', async () => {
    let answers = 0
    const fetch = async () => {
      answers += 1
      if (answers === 1) throw new AppError('EVENT_UNVERIFIABLE', 'nobody answers')
      return { body: Buffer.from(answers === 2 ? '<html/>' : certificates.server), maxAgeMs: 0 }
    }
    const source = createEcrSource({ registry, topics: [topic], fetch })
    const verify = async () => source.verify({ ...eventRequest(snsMessage(message)), pathSecret: word }, secret(word))

    await expect(verify()).rejects.toMatchObject({ code: 'EVENT_UNVERIFIABLE' })
    await expect(verify()).rejects.toMatchObject({ code: 'EVENT_UNVERIFIABLE' })
    // Somebody else's certificate, and not of RSA.
    expect(await verify()).toBe(false)
  })

  test('does not make us ask for more than a few certificates at once', async () => {
    const asked: string[] = []
    const never = new Promise<never>(() => {})
    const fetch = (url: URL) => {
      asked.push(url.href)
      return never
    }
    const source = createEcrSource({ registry, topics: [topic], fetch })
    const verify = async (file: string) => {
      const fields = { SigningCertURL: `https://${snsHost}/SimpleNotificationService-${file}.pem` }
      return source.verify({ ...eventRequest(snsMessage(message, fields)), pathSecret: word }, secret(word))
    }
    for (const file of ['1', '2', '3', '4']) void verify(file)

    await expect(verify('5')).rejects.toMatchObject({ code: 'EVENT_UNVERIFIABLE' })
    expect(asked).toHaveLength(4)
  })

  test('is refused when its certificate does not hold at the time', async () => {
    const { source, byAddress } = start()
    const request = { ...byAddress(snsMessage(message)), receivedAt: Date.parse('2025-01-01T00:00:00Z') }

    expect(await source.verify(request, secret(word))).toBe(false)
  })
})

describe('a subscription', () => {
  test('of an allowed topic is confirmed at the host of its region', async () => {
    const { source, verify, byAddress, asked } = start()

    expect(await verify(confirmation())).toBe(true)
    expect(await source.greet?.(byAddress(confirmation()))).toEqual({ status: 'subscribed' })
    expect(source.parse(byAddress(confirmation()))).toEqual([])

    const [, address = ''] = asked
    expect(new URL(address)).toMatchObject({ host: snsHost, pathname: '/' })
    expect(Object.fromEntries(new URL(address).searchParams)).toMatchObject({
      Action: 'ConfirmSubscription',
      TopicArn: topic,
    })
    expect(asked).toHaveLength(2)
  })

  test.each([
    ['another topic', { TopicArn: 'arn:aws:sns:eu-central-1:123456789012:others' }],
    ['an address elsewhere', { SubscribeURL: 'https://evil.example.com/?Action=ConfirmSubscription' }],
    ['an address of another region', { SubscribeURL: 'https://sns.us-east-1.amazonaws.com/' }],
    ['an address by plain http', { SubscribeURL: `http://${snsHost}/` }],
    ['no address', { SubscribeURL: '' }],
    ['a token that is none', { Token: 'x&TopicArn=others' }],
  ])('of %s is not', async (_, fields) => {
    const { source, byAddress, asked } = start()

    expect(await source.greet?.(byAddress(confirmation(fields)))).toBeNull()
    expect(asked).toEqual([])
  })

  test('is asked for again when SNS could not be reached', async () => {
    const fetch = () => Promise.reject(new AppError('EVENT_UNVERIFIABLE', 'nobody answers'))
    const source = createEcrSource({ registry, topics: [topic], fetch })

    await expect(source.greet?.({ ...eventRequest(confirmation()), pathSecret: word })).rejects.toMatchObject({
      code: 'EVENT_UNVERIFIABLE',
    })
  })

  test('no other message is a handshake', async () => {
    const { source, byAddress } = start()
    for (const body of [snsMessage(message), message, '{', confirmation({ Type: 'UnsubscribeConfirmation' })]) {
      expect(await source.greet?.(byAddress(body))).toBeNull()
    }
  })
})

test.each<[string, object, object]>([
  ['a replication', { 'detail-type': 'ECR Replication Action' }, { result: 'SUCCESS', 'action-type': 'REPLICATE' }],
  ['a cache that was filled', { 'detail-type': 'ECR Pull Through Cache Action' }, { 'sync-status': 'SUCCESS' }],
])('%s is looked up', (_, more, detail) => {
  const body = ecrBody({ 'repository-name': 'shop/web', 'image-tag': '1', ...detail }, 0, more)

  expect(start().source.parse(eventRequest(body))).toMatchObject([{ kind: 'pushed', image: { tag: '1' } }])
})
