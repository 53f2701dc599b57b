import { expect, test } from 'vitest'
import { useConfigFolder } from '../test/fakes/config-folder.ts'
import { requestBy, shopWeb, word } from '../test/fakes/senders/sender.ts'
import { senders } from '../test/fakes/senders/senders.ts'
import { eventSourceKinds } from './config/event-schemas.ts'
import { openEventSources } from './wire-events.ts'

const { load } = useConfigFolder()

const settings: Readonly<Record<string, string>> = {
  ecr: ', ecr: {topics: ["arn:aws:sns:eu-central-1:123456789012:images"]}',
  gar: ', gar: {audience: longshore, email: events@shop.iam.gserviceaccount.com}',
  jfrog: ', jfrog: {paths: {shop: [virtual]}}',
}

async function openAll() {
  const entries = senders.map(
    ({ kind, registry }) =>
      `{name: ${kind}, kind: ${kind}, registry: "${registry}", secret: ${word}${settings[kind] ?? ''}}`,
  )
  const { events } = await load(`events: [${entries.join()}]`)
  return openEventSources(events, { env: {}, certsFolder: '/nowhere' })
}

test('a configured source of every kind is opened as what it is', async () => {
  const { sources, close } = await openAll()

  expect(sources.map(({ name }) => name).toSorted()).toEqual(eventSourceKinds.toSorted())
  for (const { name, source, secrets } of sources) {
    const sender = senders.find(({ kind }) => kind === name)
    const way = sender?.ways[0]
    if (sender === undefined || way === undefined) throw new Error(`nobody sends as ${name}`)
    const request = requestBy(way, sender.push(shopWeb), word, sender.pushHeaders?.())
    // Of what has to be fetched first, nothing is: the token is not of now.
    const isIn = await source.verify({ ...request, receivedAt: name === 'gar' ? 0 : request.receivedAt }, secrets[0])
    expect([name, isIn]).toEqual([name, name !== 'gar'])
    const repository = name === 'jfrog' ? 'virtual/web' : 'shop/web'
    expect(source.parse(request)).toMatchObject([{ image: { registry: sender.registry, repository } }])
  }
  close()
})

test('what cannot be fetched is said as what it means for an event', async () => {
  const { sources, close } = await openAll()
  const gar = senders.find(({ kind }) => kind === 'gar')
  const source = sources.find(({ name }) => name === 'gar')
  if (gar === undefined || source === undefined) throw new Error('nobody sends as gar')
  const request = requestBy(gar.ways[0], gar.push(shopWeb), word)

  // Closed: nothing is dialled any more.
  close()

  await expect(source.source.verify(request, source.secrets[0])).rejects.toMatchObject({ code: 'EVENT_UNVERIFIABLE' })
})
