import { readFileSync } from 'node:fs'
import http from 'node:http'
import { createOciClient } from '../../../src/clients/oci/client.ts'
import type { OciClient } from '../../../src/clients/oci/client.ts'
import { createCredential } from '../../../src/clients/oci/credentials/credentials.ts'
import { defaultLimits } from '../../../src/clients/oci/limits.ts'
import { parseDigest } from '../../../src/image/digest.ts'
import { manifestMediaTypes } from '../../../src/image/media-types.ts'
import { secret } from '../../../src/lib/secret.ts'
import { keepHeapSmall } from '../../../src/lib/small-heap.ts'
import { answerQuestions } from '../child.ts'
import type { Held } from './hosts.ts'

export type Question =
  /** Credentials that share the repositories; each is for its own paths. */
  | { readonly kind: 'open'; readonly held: readonly Held[]; readonly credentials: number }
  /** The client asks once for every image, knowing its digest or not. */
  | { readonly kind: 'check'; readonly isKnown: boolean }
  /** The same by bare HEADs on kept connections, as many at a time for each host. */
  | { readonly kind: 'bare' }

export interface Answer {
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMiB: number
  readonly unchanged: number
}

const never = new AbortController().signal
const agent = new http.Agent({ keepAlive: true })
let client: OciClient | undefined
let held: readonly Held[] = []

function open(credentials: number): OciClient {
  keepHeapSmall()
  const made = Array.from({ length: credentials }, (_, index) =>
    createCredential(`robot-${index}`, secret(`pw-${index}`)),
  )
  return createOciClient({
    credentials: async ({ repository }) => made[Number(/^team-(\d+)/.exec(repository)?.[1] ?? 0) % made.length] ?? null,
  })
}

async function check(asked: OciClient, isKnown: boolean): Promise<number> {
  const answers = await Promise.all(
    held.map(({ digest, ...repository }) =>
      asked.headManifest(repository, '1.0', isKnown ? parseDigest(digest) : null, never, 'background'),
    ),
  )
  return answers.filter((each) => each === 'unchanged').length
}

async function bare(): Promise<number> {
  const hosts = [...Map.groupBy(held, ({ registry }) => registry).values()]
  const askAll = (images: readonly Held[]): readonly Promise<void>[] => {
    const left = images.values()
    return Array.from({ length: defaultLimits.concurrency }, async () => {
      for (const { registry, repository } of left) await head(registry, repository)
    })
  }
  await Promise.all(hosts.flatMap(askAll))
  return 0
}

function head(host: string, repository: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { accept: manifestMediaTypes.join(', ') }
  const request = http.request(
    `http://${host}/v2/${repository}/manifests/1.0`,
    { agent, method: 'HEAD', headers },
    (response) => void response.on('end', resolve).resume(),
  )
  request.on('error', reject).end()
  return promise
}

/** The client alone, in a process of its own: what an app around it costs is measured elsewhere. */
answerQuestions<Question, Answer>(async (question) => {
  if (question.kind === 'open') {
    held = question.held
    client = open(question.credentials)
    return { wallMs: 0, cpuMs: 0, peakMiB: 0, unchanged: 0 }
  }
  if (client === undefined) throw new Error('open comes first')
  const cpu = process.cpuUsage()
  const began = performance.now()
  const unchanged = question.kind === 'bare' ? await bare() : await check(client, question.isKnown)
  const wallMs = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs, cpuMs: (user + system) / 1000, peakMiB: peakKiB() / 1024, unchanged }
})

/** The kernel's own count of this program; `resourceUsage` would include the process that started it. */
const peakKiB = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0)
