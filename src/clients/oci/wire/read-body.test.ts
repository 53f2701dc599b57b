import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createOciClient } from '../client.ts'

const signal = new AbortController().signal

/** Lists the tags of a server that sends these parts one by one, each by itself. */
async function listFrom(...parts: readonly string[]) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    const sendFrom = (at: number): void => {
      const part = parts[at]
      if (part === undefined) return void response.end()
      response.write(part, () => setImmediate(sendFrom, at + 1))
    }
    sendFrom(0)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const client = createOciClient({ credentials: async () => null, limits: { tries: 1 } })
  try {
    return await client.listTags({ registry: `127.0.0.1:${port}`, repository: 'team/app' }, signal)
  } finally {
    client.close()
    server.closeAllConnections()
    server.close()
  }
}

const blanks = ' \r\n'.repeat(400)
const list = '{"name":"team/app","tags":["1","2"]}'

test.each([
  ['at once', ['<html>Sign in</html>']],
  ['after a part of blanks', [blanks, '<html>Sign in</html>']],
  ['after more blanks than a look at its beginning takes in', [`${blanks}<html>`, 'Sign in</html>']],
  ['after several parts of blanks', ['\n', blanks, blanks, ' <html>', 'Sign in</html>']],
])('a web page that comes %s is told as one', async (_, parts) => {
  await expect(listFrom(...parts)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: expect.stringContaining('answered with a web page'),
  })
})

test.each([
  ['at once', [list]],
  ['after a part of blanks', [blanks, list]],
  ['after a part of blanks, in parts', [blanks, blanks, list.slice(0, 9), list.slice(9)]],
  ['after very many blanks', [blanks, blanks.repeat(8), list]],
])('a list that calls itself a page and comes %s is read whole', async (_, parts) => {
  await expect(listFrom(...parts)).resolves.toEqual(['1', '2'])
})

test('blanks alone are no list', async () => {
  await expect(listFrom(blanks, blanks)).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
})
