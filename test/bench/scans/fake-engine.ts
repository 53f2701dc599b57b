import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { digestOf } from '../../fakes/registry/content.ts'
import { container, image } from '../../fakes/inspect.ts'

export interface EngineWorkload {
  readonly name: string
  /** As the user wrote it. */
  readonly image: string
  /** `repository@digest` under which it was pulled. */
  readonly digest: string
}

/**
 * An engine that only tells what runs on it: enough to watch hundreds of workloads without running them.
 * @returns its address: `tcp://127.0.0.1:port`
 */
export async function startFakeEngine(workloads: readonly EngineWorkload[]): Promise<string> {
  const answers = new Map<string, object>([
    ['/version', { ApiVersion: '1.45', MinAPIVersion: '1.24', Os: 'linux', Arch: 'amd64' }],
    ['/containers/json', workloads.map(summarize)],
    ['/images/json', []],
    ...workloads.map((each) => [`/containers/${idOf(each)}/json`, describe(each)] as const),
    ...workloads.map((each) => [`/images/${imageIdOf(each)}/json`, describeImage(each)] as const),
  ])
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://engine')
    const path = pathname.replace(/^\/v[\d.]+/, '')
    // The events of an engine where nothing happens: opened, and silent.
    if (path === '/events') return void response.writeHead(200).flushHeaders()
    // Nothing here carries a label that is asked for, such as Compose's.
    const isFiltered = searchParams.get('filters')?.includes('label') === true
    const answer = isFiltered ? [] : answers.get(decodeURIComponent(path))
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { message: 'No such thing' }))
  })
  server.keepAliveTimeout = 60_000
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  return `tcp://127.0.0.1:${port}`
}

const labels = { 'longshore.watch': 'true' }

const idOf = ({ name }: EngineWorkload): string => digestOf(Buffer.from(name)).slice('sha256:'.length)
const imageIdOf = ({ image: reference }: EngineWorkload): string => digestOf(Buffer.from(reference))

const summarize = (workload: EngineWorkload) => ({
  Id: idOf(workload),
  Names: [`/${workload.name}`],
  ImageID: imageIdOf(workload),
  Labels: labels,
  State: 'running',
})

const describe = (workload: EngineWorkload) => ({
  ...container({ Config: { Image: workload.image, Labels: labels } }),
  Id: idOf(workload),
  Name: `/${workload.name}`,
  Image: imageIdOf(workload),
})

const describeImage = (workload: EngineWorkload) => ({
  ...image({ Labels: {} }),
  Id: imageIdOf(workload),
  RepoDigests: [workload.digest],
  Os: 'linux',
  Architecture: 'amd64',
})
