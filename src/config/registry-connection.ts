import { z } from 'zod'
import { filePath, flag, host, text, wholeNumber } from './fields.ts'

/** How a registry host is reached and how fast, in an entry of `registries`. */
export const connectionFields = {
  authRealms: z
    .array(host())
    .max(20, { error: 'must have at most 20 entries' })
    .prefault([])
    .describe('Further hosts that may be given the credentials, when the registry names one of them as its sign-in.'),
  concurrency: wholeNumber(1, 64).prefault(16).describe('Requests to this host at the same time.'),
  requestsPerSecond: wholeNumber(1, 1000)
    .optional()
    .describe(
      'Requests to this host in a second. Without one: as many as it answers; its own limits are heeded anyway.',
    ),
  mirrors: z
    .array(
      text(500).regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[a-f0-9:]+\])(:\d{1,5})?(\/[a-z0-9._-]+)*$/, {
        error: 'must be a host, or a host and a path, such as mirror.example.com or harbor.example.com/docker-hub',
      }),
    )
    .max(10, { error: 'must have at most 10 entries' })
    .prefault([])
    .describe(
      'Asked for manifests before the registry, in this order. Never given its credentials: a mirror with a sign-in needs an entry of its own.',
    ),
  sha512: flag()
    .prefault(false)
    .describe(
      'Whether it may name images by sha512 digests. Without it they are refused, and sha256 is all that counts.',
    ),
  ca: filePath().optional().describe('File with authorities in PEM form that are trusted beside the usual ones.'),
  clientCertificate: filePath().optional().describe('File with our own certificate in PEM form. Needs a clientKey.'),
  clientKey: filePath().optional().describe('File with the key of the certificate, readable by its owner alone.'),
}

/** Settings that are about the host, and so cannot differ between its paths. */
export const connectionKeys = [
  'authRealms',
  'concurrency',
  'requestsPerSecond',
  'mirrors',
  'sha512',
  'ca',
  'clientCertificate',
  'clientKey',
] as const

/** How a registry host is reached and how fast. */
export interface RegistryConnection {
  readonly authRealms: readonly string[]
  /** Requests to the host at the same time. */
  readonly concurrency: number
  /** Null for as many as it answers. */
  readonly requestsPerSecond: number | null
  /** `host` or `host/path`. */
  readonly mirrors: readonly string[]
  /** Whether it may name images by sha512. */
  readonly sha512: boolean
  /** Absolute paths of files in PEM form. */
  readonly tls: { readonly ca?: string; readonly certificate?: string; readonly key?: string }
}

type Given = z.output<z.ZodObject<typeof connectionFields>>

/** @param home puts the home folder in the place of `~` */
export function toConnection(given: Given, home: (path: string) => string): RegistryConnection {
  const { authRealms, concurrency, requestsPerSecond, mirrors, sha512, ca, clientCertificate, clientKey } = given
  return {
    authRealms,
    concurrency,
    requestsPerSecond: requestsPerSecond ?? null,
    mirrors,
    sha512,
    tls: {
      ...(ca !== undefined && { ca: home(ca) }),
      ...(clientCertificate !== undefined && { certificate: home(clientCertificate) }),
      ...(clientKey !== undefined && { key: home(clientKey) }),
    },
  }
}

/** Runs on entries that may be wrong elsewhere: relies on no field. */
export function certificateHasKey(
  given: { readonly clientCertificate?: unknown; readonly clientKey?: unknown },
  context: z.core.$RefinementCtx,
): void {
  if ((given.clientCertificate === undefined) === (given.clientKey === undefined)) return
  const path = [given.clientKey === undefined ? 'clientCertificate' : 'clientKey']
  context.addIssue({ code: 'custom', path, message: 'needs clientCertificate and clientKey, or neither' })
}
