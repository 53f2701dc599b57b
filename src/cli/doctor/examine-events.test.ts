import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { certificates } from '../../../test/fakes/certificates.ts'
import { examineEvents } from './examine-events.ts'
import { examineListenerTls } from './examine-listener-tls.ts'

let folder = ''
const at = (name: string): string => join(folder, name)
const files = () => ({ certificate: at('tls.crt'), key: at('tls.key') })
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-doctor-'))
  await writeFile(at('tls.crt'), certificates.server, { mode: 0o600 })
  await writeFile(at('tls.key'), certificates.serverKey, { mode: 0o600 })
})
afterEach(() => rm(folder, { recursive: true }))

/** A port that is free, or where somebody listens. */
async function portOf(isTaken: boolean) {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = () => new Promise((resolve) => server.close(resolve))
  if (!isTaken) await close()
  return { port, close: isTaken ? close : async () => {} }
}

describe('the listener', () => {
  test('nothing is wrong where none is wanted', async () => {
    expect(await examineEvents({ listen: null, events: [], eventQueues: [] }, true)).toMatchObject([
      { standing: 'well', sentence: 'none are listened for; polling finds what is new' },
    ])
  })

  test.each([
    [['aws'], 'nothing is listened for: they are read from the queue of aws'],
    [['aws', 'aws-eu'], 'nothing is listened for: they are read from the queues of aws, aws-eu'],
  ])('nothing is wrong where only queues are read: %s', async (names, sentence) => {
    const eventQueues = names.map((name) => ({ name }))

    expect(await examineEvents({ listen: null, events: [], eventQueues }, true)).toMatchObject([
      { standing: 'well', sentence },
    ])
  })

  test.each([
    [true, true, 'well', 'the service listens at 127.0.0.1:'],
    [true, false, 'wrong', 'nobody listens at 127.0.0.1:'],
    [false, true, 'wrong', 'another program listens at 127.0.0.1:'],
    [false, false, 'well', 'it will listen at 127.0.0.1:'],
  ])('served: %s, answered: %s', async (isServed, isTaken, standing, sentence) => {
    const { port, close } = await portOf(isTaken)
    const listen = { host: '127.0.0.1', port, tls: null }

    const [finding, ...more] = await examineEvents({ listen, events: [{ name: 'ci' }], eventQueues: [] }, isServed)

    expect(finding).toMatchObject({ standing, sentence: expect.stringContaining(sentence) })
    expect(more).toEqual([])
    await close()
  })

  test.each([
    [false, ['well', 'doubtful']],
    [true, ['well', 'well']],
  ])('open to other machines, with TLS: %s', async (isEncrypted, standings) => {
    const { port } = await portOf(false)
    const listen = { host: '0.0.0.0', port, tls: isEncrypted ? files() : null }

    const findings = await examineEvents({ listen, events: [], eventQueues: [] }, false)

    expect(findings.map(({ standing }) => standing)).toEqual(standings)
  })
})

describe('its certificate', () => {
  const findings = (day: string) => examineListenerTls(files(), Date.parse(day))

  test.each([
    ['2026-12-01', 'well', 'is for DNS:registry.example'],
    ['2126-10-20', 'doubtful', 'expires on 2126-10-28'],
    ['2126-10-29', 'wrong', 'expired on 2126-10-28'],
    ['2020-01-01', 'wrong', 'is not valid before 2026-11-21'],
  ])('on %s is %s', async (day, standing, sentence) => {
    expect(await findings(day)).toMatchObject([{ standing, sentence: expect.stringContaining(sentence) }])
  })

  test('has a key that is its own, which nobody else may read or write', async () => {
    await chmod(at('tls.key'), 0o644)
    expect(await findings('2026-12-01')).toMatchObject([
      { standing: 'well' },
      { standing: 'doubtful', remedy: `chmod o-r ${at('tls.key')}` },
    ])

    await chmod(at('tls.key'), 0o620)
    expect(await findings('2026-12-01')).toMatchObject([
      { standing: 'wrong', sentence: expect.stringContaining('may write') },
    ])

    await chmod(at('tls.key'), 0o600)
    await writeFile(at('tls.key'), certificates.clientKey)
    expect(await findings('2026-12-01')).toMatchObject([
      { standing: 'wrong', sentence: expect.stringContaining('is not the key') },
    ])
  })
})
