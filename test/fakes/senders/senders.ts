import type { FetchFixed } from '../../../src/events/event-source.ts'
import { snsCertificate } from '../sns-certificate.ts'
import { googleKeys, keysUrl } from './google.ts'
import { acr, dockerHub, ecr, gar, ghcr, quay } from './hosted-registries.ts'
import { distribution, generic, gitea, gitlab, harbor, jfrog, zot } from './own-registries.ts'
import type { Sender } from './sender.ts'
import { certificateUrl } from './sns.ts'

/** One of every kind that there is. */
export const senders: readonly Sender[] = [
  distribution,
  generic,
  acr,
  dockerHub,
  ecr,
  gar,
  ghcr,
  gitea,
  gitlab,
  harbor,
  jfrog,
  quay,
  zot,
]

/** What the world outside answers, with a list of what it was asked for. */
export function startOutside(): { readonly fetch: FetchFixed; readonly asked: string[] } {
  const asked: string[] = []
  const answers = new Map<string, Uint8Array>([
    [certificateUrl, Buffer.from(snsCertificate)],
    [keysUrl, googleKeys()],
  ])
  return {
    asked,
    fetch: async ({ href }) => {
      asked.push(href)
      return { body: answers.get(href) ?? Buffer.from('<html/>'), maxAgeMs: 3_600_000 }
    },
  }
}
