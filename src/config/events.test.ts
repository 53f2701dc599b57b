import { describe, expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load, problems } = useConfigFolder()
const word = 'a-secret-of-16-or-more'
const source = `{name: ci, kind: generic, registry: registry.example.com, secret: ${word}}`

describe('events', () => {
  test('nothing is listened for unless it is asked for', async () => {
    expect(await load('watch: all')).toMatchObject({ listen: null, events: [] })
  })

  test('are listened for on this machine alone, unless told otherwise', async () => {
    const config = await load(`events: [${source}]`)

    expect(config.listen).toMatchObject({ host: '127.0.0.1', port: 8484 })
    expect(config.events).toMatchObject([{ name: 'ci', kind: 'generic', registry: 'registry.example.com' }])
    expect(config.events[0]?.secrets.map((each) => each.reveal())).toEqual([word])
  })

  test('without any, the listener is there for health when it is asked for', async () => {
    expect((await load('listen: {}')).listen).toMatchObject({ host: '127.0.0.1', port: 8484 })
    expect((await load('listen: {host: 0.0.0.0, port: 80}')).listen).toMatchObject({ host: '0.0.0.0', port: 80 })
  })

  test('take the secret before as well while it is being changed', async () => {
    const config = await load(`events: [${source.replace('}', ', secretBefore: the-one-before-this-one}')}]`)

    expect(config.events[0]?.secrets.map((each) => each.reveal())).toEqual([word, 'the-one-before-this-one'])
  })

  test('name Docker Hub as references do', async () => {
    const config = await load(`events: [${source.replace('registry.example.com', 'index.docker.io')}]`)

    expect(config.events[0]?.registry).toBe('docker.io')
  })

  test.each([
    ['no secret', source.replace(`, secret: ${word}`, ''), 'events[0].secret: is missing'],
    ['an empty secret', source.replace(word, '""'), 'events[0].secret: must not be empty'],
    ['a short secret', source.replace(word, '15-characters--'), 'events[0].secret: must be at least 16 characters'],
    ['a short secret before', source.replace('}', ', secretBefore: short}'), 'must be at least 16 characters'],
    ['capitals in the name', source.replace('name: ci', 'name: CI'), 'events[0].name: must consist of'],
    ['another kind', source.replace('generic', 'generick'), 'did you mean generic?'],
    ['the same name', `${source}, ${source}`, 'events[1]: has the same name as entry 0'],
  ])('are refused with %s', async (_, text, problem) => {
    const found = await problems(`events: [${text}]`)

    expect(found).toContainEqual(expect.stringContaining(problem))
    expect(found.join()).not.toContain(word)
  })

  test.each(['0', '65536', '-1', 'http'])('are not listened for at port %s', async (port) => {
    expect(await problems(`listen: {port: ${port}}`)).toEqual([expect.stringContaining('listen.port')])
  })
})

describe('events of one kind or another', () => {
  const random = '9f86d081884c7d659a2feaa0c55ad015'
  const ecrHost = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
  const entry = (kind: string, more: string, given = random) =>
    `events: [{name: x, kind: ${kind}, secret: ${given}${more}}]`

  test.each([
    ['docker-hub', 'docker.io'],
    ['ghcr', 'ghcr.io'],
    ['quay', 'quay.io'],
  ])('know the registry of %s, and take another', async (kind, registry) => {
    expect((await load(entry(kind, ''))).events).toMatchObject([{ kind, registry }])
    expect((await load(entry(kind, ', registry: own.example.com'))).events).toMatchObject([
      { registry: 'own.example.com' },
    ])
  })

  test.each(['distribution', 'generic', 'acr', 'gitea', 'gitlab', 'harbor', 'jfrog', 'zot'])(
    'of %s need to be told theirs',
    async (kind) => {
      expect(await problems(entry(kind, ''))).toEqual([expect.stringContaining('events[0].registry: is missing')])
      expect((await load(entry(kind, ', registry: own.example.com'))).events).toMatchObject([{ kind }])
    },
  )

  test('of their own settings are taken over', async () => {
    const topic = 'arn:aws:sns:eu-central-1:123456789012:images'
    const gar = ', registry: eu.gcr.io, gar: {audience: us, email: a@b.iam.gserviceaccount.com}'

    expect((await load(entry('ecr', `, registry: ${ecrHost}, ecr: {topics: ["${topic}"]}`))).events).toMatchObject([
      { topics: [topic] },
    ])
    expect((await load(entry('ecr', `, registry: ${ecrHost}`))).events).toMatchObject([{ topics: [] }])
    expect((await load(entry('gar', gar))).events).toMatchObject([
      { audience: 'us', email: 'a@b.iam.gserviceaccount.com' },
    ])
    const { events } = await load(entry('jfrog', ', registry: art.example.com, jfrog: {paths: {local: [docker, ""]}}'))
    expect(events).toMatchObject([{ paths: new Map([['local', ['docker', '']]]) }])
  })

  test.each(['docker-hub', 'quay', 'ecr', 'gar'])(
    'of %s have a secret in the address, which has to be random',
    async (kind) => {
      for (const weak of [
        'a-secret-of-16-or-more',
        'a'.repeat(64),
        'abcabc'.repeat(10),
        `${random}/x`,
        `"${random} "`,
        'x'.repeat(201),
      ]) {
        expect((await problems(entry(kind, '', weak))).join()).toContain('events[0].secret: is part of the address')
      }
      expect((await problems(entry(kind, ', secretBefore: a-secret-of-16-or-more'))).join()).toContain(
        'secretBefore: is part',
      )
    },
  )

  test.each([
    ['no topic of SNS', 'ecr', `, registry: ${ecrHost}, ecr: {topics: [images]}`, 'topics[0]: must be the ARN'],
    [
      'a queue for a topic',
      'ecr',
      `, registry: ${ecrHost}, ecr: {topics: ["arn:aws:sqs:eu-central-1:123456789012:x"]}`,
      'must be the ARN',
    ],
    ['another registry', 'ecr', ', registry: registry.example.com', 'registry: must be the host of a private registry'],
    ['no audience', 'gar', ', registry: gcr.io, gar: {email: a@b.example.com}', 'gar.audience: is missing'],
    ['no account', 'gar', ', registry: gcr.io, gar: {audience: us, email: me}', 'gar.email: must be the e-mail'],
    ['nothing of theirs', 'gar', ', registry: gcr.io', 'gar: is missing; it needs audience and email'],
    [
      'another host',
      'gar',
      ', registry: pkg.dev.example.com, gar: {audience: us, email: a@b.c}',
      'must be a host of Google',
    ],
    [
      'the settings of another kind',
      'harbor',
      ', registry: h.example.com, ecr: {topics: []}',
      'ecr: is only for kind: ecr',
    ],
    ['paths that are none', 'jfrog', ', registry: h.example.com, jfrog: {paths: {x: [../y]}}', 'must be a path'],
  ])('are refused with %s', async (_, kind, more, problem) => {
    expect((await problems(entry(kind, more))).join('\n')).toContain(problem)
  })

  describe('from a queue', () => {
    const address = 'https://sqs.eu-central-1.amazonaws.com/123456789012/images'
    const queue = (more = '', url = address) =>
      `events: [{name: x, kind: ecr, registry: ${ecrHost}, ecr: {queue: '${url}'}${more}}]`

    test('need no secret, and are not listened for', async () => {
      expect(await load(queue())).toMatchObject({
        listen: null,
        events: [],
        eventQueues: [{ name: 'x', registry: ecrHost, url: address }],
      })
    })

    test.each([
      ['https://sqs-fips.us-gov-west-1.amazonaws.com/123456789012/images'],
      ['https://sqs.cn-north-1.amazonaws.com.cn/123456789012/images-1_x'],
    ])('are read at %s', async (url) => {
      expect((await load(queue('', url))).eventQueues).toMatchObject([{ url }])
    })

    test.each([
      ['http://sqs.eu-central-1.amazonaws.com/123456789012/images'],
      ['https://sqs.eu-central-1.amazonaws.com.evil.example.com/123456789012/images'],
      ['https://evil.example.com/sqs.eu-central-1.amazonaws.com/123456789012/images'],
      ['https://me@sqs.eu-central-1.amazonaws.com/123456789012/images'],
      ['https://sqs.eu-central-1.amazonaws.com/123456789012/images.fifo'],
      ['https://sqs.eu-central-1.amazonaws.com/123456789012/images?x=1'],
      ['https://127.0.0.1/123456789012/images'],
    ])('are not read at %s', async (url) => {
      expect(await problems(queue('', url))).toEqual([
        expect.stringContaining('must be the address of a standard queue'),
      ])
    })

    test('have it for themselves', async () => {
      const one = `{name: x, kind: ecr, registry: ${ecrHost}, ecr: {queue: '${address}'}}`

      expect(await problems(`events: [${one}, ${one.replace('name: x', 'name: y')}]`)).toEqual([
        expect.stringContaining('events[1]: reads the same queue as another entry'),
      ])
    })

    test('have neither secret nor topics beside it', async () => {
      expect(await problems(queue(`, secret: ${random}`))).toEqual([
        expect.stringContaining('is not for a source with a queue'),
      ])
      const both = queue().replace('{queue', '{topics: [arn:aws:sns:eu-central-1:123456789012:images], queue')
      expect(await problems(both)).toEqual([expect.stringContaining('has either topics or a queue')])
    })
  })
})
