import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'

/** What Compose asks an engine for, in this order, when it makes a container anew. */
export const recreation = ['create', 'stop', 'remove', 'rename', 'start'] as const

/** A moment in the middle of a `docker compose up`. */
export interface Halt {
  readonly project: string
  readonly request: (typeof recreation)[number]
  /** Before the engine has heard of it, or after it has done it and before Compose hears of that. */
  readonly phase: 'before' | 'after'
  /** Which recreation of the project's container: 1 for the first. */
  readonly round: number
}

/** An engine whose answers to Compose fail to come at chosen moments. */
export interface HaltingEngine {
  /** For `DOCKER_HOST`. */
  readonly host: string
  /** Projects that stand still. */
  halted(): readonly string[]
  /** What was asked for of containers and what was answered, with the project and the round where it is one of ours. */
  asked(): readonly string[]
  /** Lets a request that stands still go on. */
  release(project: string): void
  /** Drops everything that stands still, as a death of who asked does; from now on nothing is halted. */
  drop(): void
  close(): Promise<void>
}

/**
 * Stands in front of an engine.
 * @param socket of the engine, and where to listen
 * @param containers the projects of the containers that are there, by id; of each project one service is recreated
 */
export async function haltEngine(
  { engine, listen }: { readonly engine: string; readonly listen: string },
  containers: ReadonlyMap<string, string>,
  halts: readonly Halt[],
): Promise<HaltingEngine> {
  const projects = new Map(containers)
  const rounds = new Map<string, number>()
  const waiting = new Map<string, (isToGoOn: boolean) => void>()
  const heard: string[] = []
  let isOver = false

  /** Stands still if it is to; then tells whether to go on. */
  const pass = async (project: string | undefined, kind: Halt['request'], phase: Halt['phase']): Promise<boolean> => {
    const round = rounds.get(project ?? '') ?? 0
    const isHalt = halts.some(
      (each) => each.project === project && each.request === kind && each.phase === phase && each.round === round,
    )
    if (project === undefined || !isHalt || isOver) return true
    return new Promise((resolve) => waiting.set(project, resolve))
  }

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = incoming
    const asked = readRequest(method, url)
    const project = asked === null ? undefined : (asked.project ?? projects.get(asked.id))
    const round = (rounds.get(project ?? '') ?? 0) + (asked?.kind === 'create' ? 1 : 0)
    if (project !== undefined) rounds.set(project, round)
    const isMade = (status: number | undefined) => asked?.kind !== 'create' || status === 201
    const told = (status: number | undefined) => {
      heard.push(`${asked?.kind} ${project ?? asked?.id} ${round}: ${status ?? 'no answer'}`)
      // What came to nothing is none of its recreations: it is tried again.
      if (project !== undefined && !isMade(status)) rounds.set(project, round - 1)
    }
    if (asked !== null && !(await pass(project, asked.kind, 'before'))) return void outgoing.destroy()
    const passedOn = request({ socketPath: engine, method, path: url, headers, agent: false }, (answer) => {
      if (asked === null) {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        outgoing.flushHeaders()
        answer.pipe(outgoing)
        return
      }
      told(answer.statusCode)
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', async () => {
        const body = Buffer.concat(chunks)
        if (asked.kind === 'create' && project !== undefined && isMade(answer.statusCode)) {
          // The engine is ours and of a known version.
          projects.set((JSON.parse(body.toString()) as { Id: string }).Id, project)
        }
        if (!(await pass(project, asked.kind, 'after'))) return void outgoing.destroy()
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body)
      })
    })
    passedOn.on('error', () => {
      if (asked !== null) told(undefined)
      outgoing.destroy()
    })
    outgoing.on('close', () => passedOn.destroy())
    incoming.pipe(passedOn)
  }
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing))
  server.listen(listen)
  await once(server, 'listening')
  return {
    host: `unix://${listen}`,
    halted: () => [...waiting.keys()],
    asked: () => heard,
    release(project) {
      waiting.get(project)?.(true)
      waiting.delete(project)
    },
    drop() {
      isOver = true
      for (const resolve of waiting.values()) resolve(false)
      waiting.clear()
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Which step of a recreation a request is; of a creation the name tells the project, of the others the id does. */
function readRequest(method: string, url: string) {
  const { pathname, searchParams } = new URL(url, 'http://engine')
  const path = pathname.replace(/^\/v[\d.]+/, '')
  if (method === 'POST' && path === '/containers/create') {
    const [, project] = /^(?:[0-9a-f]{12}_)?(.+)-web-\d+$/.exec(searchParams.get('name') ?? '') ?? []
    return { kind: 'create' as const, project, id: '' }
  }
  const [, id = '', verb] = /^\/containers\/([0-9a-f]{64})(?:\/(stop|rename|start))?$/.exec(path) ?? []
  if (id === '') return null
  if (method === 'DELETE') return { kind: 'remove' as const, project: undefined, id }
  const kind = recreation.find((each) => each === verb)
  return method === 'POST' && kind !== undefined ? { kind, project: undefined, id } : null
}
