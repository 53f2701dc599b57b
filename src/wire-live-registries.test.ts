import { expect, test } from 'vitest'
import { useConfigFolder } from '../test/fakes/config-folder.ts'
import { systemClock } from './lib/clock.ts'
import { createLog } from './lib/log.ts'
import { openLiveRegistries } from './wire-live-registries.ts'
import { openRegistries } from './wire-registries.ts'

const { load } = useConfigFolder()
const signal = new AbortController().signal

test('a registry whose host is learnt while we run is from then on of its kind, with its credentials', async () => {
  const config = await load(
    'registries: [{host: guessed.example.com, gitlab: {url: "https://a.b"}, username: me, password: let-me-in}]',
  )
  const network = { env: {}, log: createLog('error', 'plain', () => {}), certsFolder: '/nowhere' }
  let host = 'guessed.example.com'
  const live = openLiveRegistries(() => {
    const registries = config.registries.map((each) => ({ ...each, host }))
    return openRegistries({ ...config, registries }, systemClock, network)
  })
  // As those who work with it keep them.
  const { registryFor, pullAuth } = live
  const repository = { registry: 'true.example.com', repository: 'team/app' }
  const look = async () => [registryFor('true.example.com').kind, (await pullAuth(repository, signal))?.username]

  expect(await look()).toEqual(['distribution', undefined])
  host = 'true.example.com'
  live.reopen()

  expect(await look()).toEqual(['gitlab', 'me'])
  live.close()
})

test('those that were opened before are closed with the last: what is under way with them ends by itself', () => {
  const closed: number[] = []
  let count = 0
  const live = openLiveRegistries(() => {
    const number = (count += 1)
    return { close: () => void closed.push(number) } as ReturnType<typeof openRegistries> // nothing else is used here
  })

  live.reopen()
  expect(closed).toEqual([])
  live.close()

  expect(closed).toEqual([1, 2])
})
