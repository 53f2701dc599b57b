import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'

/**
 * The far side of `namespace-door.ts`, in the namespace: a port of its 127.0.0.1 that leads to a socket outside, and
 * somebody who asks there what is published.
 */
const [outward = '', port = ''] = process.argv.slice(2)
const open = new Set<Socket>()
const door = createServer((incoming) => {
  const outgoing = connect(outward)
  for (const each of [incoming, outgoing]) {
    open.add(each)
    each.on('close', () => open.delete(each)).on('error', () => (incoming.destroy(), outgoing.destroy()))
  }
  incoming.pipe(outgoing).pipe(incoming)
})
await openDoor()
process.on('disconnect', () => process.exit())
process.on('message', async (message) => {
  if (message === 'ask') return process.send?.(await askAll())
  if (message === 'open' && !door.listening) await openDoor()
  if (message === 'close' && door.listening) {
    door.close()
    for (const each of open) each.destroy()
  }
  process.send?.('done')
})
process.send?.('ready')

async function openDoor(): Promise<void> {
  door.listen(Number(port), '127.0.0.1')
  await once(door, 'listening')
}

const askAll = () => Promise.all(listPublished().map(ask))

/** Ports that somebody listens on at every IPv4 address. */
function listPublished(): readonly number[] {
  const lines = readFileSync('/proc/self/net/tcp', 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [, listened] = /^ *\d+: 00000000:([0-9A-F]{4}) \S+ 0A /.exec(line) ?? []
    return listened === undefined ? [] : [Number.parseInt(listened, 16)]
  })
}

/** The page at a port of 127.0.0.1, without its line break; null when there is none within five seconds. */
function ask(published: number): Promise<string | null> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port: published, agent: false, timeout: 5_000 }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response
        .on('end', () => resolve(response.statusCode === 200 ? text.trim() : null))
        .on('error', () => resolve(null))
    })
    request.on('timeout', () => request.destroy()).on('error', () => resolve(null))
  })
}
