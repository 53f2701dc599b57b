import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerQuestions } from '../child.ts'

export interface Question {
  readonly kind: 'open'
}

export interface Answer {
  /** Where anything at all is taken. */
  readonly url: string
}

/** The least that can be done with an event: it is read, believed, forgotten and acknowledged, with no limit on anybody. */
answerQuestions<Question, Answer>(async () => {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(202, { 'content-type': 'application/json' }).end('{}'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens at a port, not at a path
  return { url: `http://127.0.0.1:${port}/hooks` }
})
