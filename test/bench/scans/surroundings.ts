import { startFakeRegistry } from '../../fakes/registry.ts'
import type { FakeRegistry } from '../../fakes/registry.ts'
import { answerQuestions } from '../child.ts'
import { startFakeEngine } from './fake-engine.ts'

/** Added to every answer of the registry, as a registry that is not in the same room has it. */
const latencyMs = 20

export type Question =
  | { readonly kind: 'open'; readonly images: number; readonly auth: 'none' | 'token' }
  /** What the registry was asked since the last such question. */
  | { readonly kind: 'count' }

export interface Answer {
  /** `127.0.0.1:port` */
  readonly registry: string
  /** For the configuration: `tcp://127.0.0.1:port`. */
  readonly engine: string
  readonly requests: { readonly head: number; readonly get: number; readonly token: number; readonly all: number }
}

let registry: FakeRegistry | undefined
let engine = ''

async function open(images: number, auth: 'none' | 'token'): Promise<FakeRegistry> {
  const opened = await startFakeRegistry({
    latencyMs,
    auth: auth === 'token' ? { kind: 'token', ttlSeconds: 300 } : { kind: 'none' },
  })
  const workloads = Array.from({ length: images }, (_, index) => {
    const name = `app-${index}`
    const digest = opened.pushIndex(`team/${name}`, '1.0', name)
    return { name, image: `${opened.host}/team/${name}:1.0`, digest: `${opened.host}/team/${name}@${digest}` }
  })
  engine = await startFakeEngine(workloads)
  return opened
}

/** A registry and an engine in a process of their own, so that their work does not count as the product's. */
answerQuestions<Question, Answer>(async (question) => {
  if (question.kind === 'open') registry = await open(question.images, question.auth)
  if (registry === undefined) throw new Error('open comes first')
  const requests = {
    head: registry.count('head'),
    get: registry.count('get') + registry.count('blob'),
    token: registry.count('token'),
    all: registry.count(),
  }
  registry.forgetRequests()
  return { registry: registry.host, engine, requests }
})
