import { Resolver } from 'node:dns/promises'
import http from 'node:http'
import { setInterval as every } from 'node:timers/promises'
import type { Tally } from './crowd.ts'

/**
 * What stands before a workload on its network, as a reverse proxy does: it asks the network's own name server for each
 * request, and passes nothing on twice. Runs inside the network namespace of a container; ends when told by its parent.
 */
const [name = '', port = '', perSecond = ''] = process.argv.slice(2)

/** As proxies wait for a connection and its answer. */
const patienceMs = 2000

const resolver = new Resolver({ timeout: 1000, tries: 2 })
resolver.setServers(['127.0.0.11'])

const tally: { -readonly [Key in keyof Tally]: Tally[Key] } = {
  asked: 0,
  answered: 0,
  unresolvable: 0,
  refused: 0,
  cut: 0,
  late: 0,
  slowestMs: 0,
}
const open = new Set<Promise<void>>()

async function ask(): Promise<void> {
  const began = performance.now()
  tally.asked += 1
  const addresses = await resolver.resolve4(name).catch(() => [])
  const [host] = addresses
  if (host === undefined) {
    tally.unresolvable += 1
    return
  }
  const ended = await get(host)
  tally[ended] += 1
  if (ended === 'answered') tally.slowestMs = Math.max(tally.slowestMs, performance.now() - began)
}

function get(host: string): Promise<'answered' | 'refused' | 'cut' | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'answered' | 'refused' | 'cut' | 'late'>()
  const timer = setTimeout(() => {
    resolve('late')
    request.destroy()
  }, patienceMs)
  const end = (how: 'answered' | 'refused' | 'cut') => {
    clearTimeout(timer)
    resolve(how)
  }
  const request = http.get({ host, port: Number(port), agent: false }, (response) => {
    response.on('error', () => end('cut'))
    response.on('end', () => end(response.statusCode === 200 ? 'answered' : 'cut')).resume()
  })
  request.on('error', (error) => end('code' in error && error.code === 'ECONNREFUSED' ? 'refused' : 'cut'))
  return promise
}

process.on('message', () => {
  void Promise.all(open).then(() => {
    process.send?.({ ...tally })
    Object.assign(tally, { asked: 0, answered: 0, unresolvable: 0, refused: 0, cut: 0, late: 0, slowestMs: 0 })
  })
})
process.on('disconnect', () => process.exit(0))

for await (const _ of every(1000 / Number(perSecond))) {
  const asking: Promise<void> = ask().finally(() => open.delete(asking))
  open.add(asking)
}
