import { startFakeRegistry } from '../../fakes/registry.ts'
import type { FakeRegistry } from '../../fakes/registry.ts'
import { answerQuestions } from '../child.ts'

/** Added to every answer, as a registry that is not in the same room has it. */
const latencyMs = 20

export type Question =
  | { readonly kind: 'open'; readonly hosts: number; readonly images: number }
  /** What the registries were asked since the last such question. */
  | { readonly kind: 'count' }

/** One image as the registries hold it. */
export interface Held {
  readonly registry: string
  readonly repository: string
  readonly digest: string
}

export interface Answer {
  readonly held: readonly Held[]
  readonly requests: {
    readonly head: number
    /** HEADs that could be answered with "unchanged", and were. */
    readonly unchanged: number
    readonly get: number
    readonly token: number
    readonly ping: number
  }
}

let registries: readonly FakeRegistry[] = []
let held: readonly Held[] = []

async function open(hosts: number, images: number): Promise<void> {
  const auth = { kind: 'token', ttlSeconds: 300 } as const
  registries = await Promise.all(Array.from({ length: hosts }, () => startFakeRegistry({ latencyMs, auth })))
  held = Array.from({ length: images }, (_, index) => {
    const registry = registries[index % hosts]
    if (registry === undefined) throw new Error('there is no registry')
    const repository = `team-${Math.floor(index / hosts) % 50}/app-${index}`
    return { registry: registry.host, repository, digest: registry.pushIndex(repository, '1.0', `${index}`) }
  })
}

/** Registries in a process of their own, so that their work does not count as the client's. */
answerQuestions<Question, Answer>(async (question) => {
  if (question.kind === 'open') await open(question.hosts, question.images)
  const all = registries.flatMap(({ requests }) => requests)
  const count = (kind: string): number => all.filter((each) => each.kind === kind).length
  const digests = new Map(held.map(({ repository, digest }) => [`/v2/${repository}/manifests/1.0`, `"${digest}"`]))
  const isUnchanged = ({ kind, path, headers }: (typeof all)[number]): boolean =>
    kind === 'head' && headers['if-none-match'] === digests.get(path)
  const requests = {
    head: count('head'),
    unchanged: all.filter(isUnchanged).length,
    get: count('get') + count('blob'),
    token: count('token'),
    ping: count('ping'),
  }
  for (const each of registries) each.forgetRequests()
  return { held, requests }
})
