import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { standInFront, type PassingRegistry } from './passing-registry.ts'

/**
 * The real registry at `address`, with a name by sha512 for every manifest: it has none of its own. What is pushed, and
 * blobs, pass as they are.
 */
export async function nameBySha512(address: string): Promise<PassingRegistry> {
  const names = new Map<string, string>()
  const ask = async (method: string, path: string, { headers }: IncomingMessage, body?: Buffer) => {
    const asked = request(`http://${address}${path}`, { method, headers }).end(body)
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    return { answer, bytes: await buffer(answer) }
  }
  const showManifest = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const path = (incoming.url ?? '').replace(/sha512:\w+$/, (name) => names.get(name) ?? name)
    const known = incoming.headers['if-none-match']
    delete incoming.headers['if-none-match']
    const { answer, bytes } = await ask('GET', path, incoming)
    if (answer.statusCode !== 200) return void outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(bytes)
    const name = `sha512:${createHash('sha512').update(bytes).digest('hex')}`
    names.set(name, String(answer.headers['docker-content-digest']))
    const headers = { ...answer.headers, 'docker-content-digest': name, etag: `"${name}"` }
    if (known === `"${name}"`) return void outgoing.writeHead(304, { etag: known }).end()
    outgoing.writeHead(200, headers).end(incoming.method === 'HEAD' ? undefined : bytes)
  }

  return standInFront(async (incoming, outgoing) => {
    const { method = '', url = '' } = incoming
    if (['GET', 'HEAD'].includes(method) && url.includes('/manifests/')) return showManifest(incoming, outgoing)
    const { answer, bytes } = await ask(method, url, incoming, await buffer(incoming))
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(bytes)
  })
}
