import http from 'node:http'
import { manifestMediaTypes } from '../../../src/image/media-types.ts'
import { answerQuestions } from '../child.ts'

export interface Question {
  readonly host: string
  readonly images: number
  readonly concurrency: number
}

export interface Answer {
  readonly wallMs: number
  readonly cpuMs: number
}

const agent = new http.Agent({ keepAlive: true })

/** The least that asking for every image can take: bare HEADs on kept connections, and nothing else. */
answerQuestions<Question, Answer>(async ({ host, images, concurrency }) => {
  const began = performance.now()
  const cpu = process.cpuUsage()
  let next = 0
  const ask = async (): Promise<void> => {
    while (next < images) await head(host, `/v2/team/app-${next++}/manifests/1.0`)
  }
  await Promise.all(Array.from({ length: concurrency }, ask))
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs: performance.now() - began, cpuMs: (user + system) / 1000 }
})

function head(host: string, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { accept: manifestMediaTypes.join(', ') }
  const request = http.request(`http://${host}${path}`, { agent, method: 'HEAD', headers }, (response) => {
    response.on('end', resolve).resume()
  })
  request.on('error', reject).end()
  return promise
}
