import { readFileSync } from 'node:fs'
import { readGarTags } from '../../src/clients/gar/tag-list.ts'
import { createOciClient } from '../../src/clients/oci/client.ts'
import type { OciClient } from '../../src/clients/oci/client.ts'
import { jsonOf } from '../../src/lib/vendor-api.ts'
import { credentialsOf } from './oci-client.ts'

/**
 * A client in a process of its own, so that its memory can be told from that of its attacker.
 * Arguments: host of the registry, what to ask for. Prints how it ended and how many KiB it took at most beyond the start.
 */
const [, , registry = '', question = ''] = process.argv
const signal = new AbortController().signal
const app = { registry, repository: 'team/app' }

const questions: Readonly<Record<string, (client: OciClient) => Promise<unknown>>> = {
  manifest: (client) => client.getManifest(app, 'latest', signal),
  async manifests(client) {
    const all = Array.from({ length: 16 }, (_, index) => client.getManifest(app, `v${index}`, signal))
    await Promise.allSettled(all)
    return Promise.all(all)
  },
  token: (client) => client.headManifest(app, 'latest', null, signal),
  tags: (client) => client.listTags(app, signal),
  async api(client) {
    const call = { method: 'GET', url: new URL(`http://${registry}/api/x`), subject: 'an API' } as const
    return jsonOf(await client.callApi(call, signal), call)
  },
  gar: (client) =>
    readGarTags((listing) => client.readTagPages({ ...listing, repository: app, urgency: 'wanted' }, signal), null),
}

/** The kernel's own count. */
const peakKiB = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0)

const client = createOciClient({ credentials: credentialsOf('robot', 'let-me-in-please'), limits: { tries: 1 } })
// Whatever the first request takes, such as TLS and HTTP being loaded, is no attack.
await client.headManifest({ registry, repository: 'warm/up' }, 'latest', null, signal).catch(() => {})
const before = peakKiB()
const end = await questions[question]?.(client).then(
  (result) => (Array.isArray(result) && question !== 'manifests' ? `${result.length} read` : 'done'),
  (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
)
process.stdout.write(JSON.stringify({ end, grownKiB: peakKiB() - before }))
process.exit(0)
