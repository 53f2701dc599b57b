import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Digest } from '../../src/image/digest.ts'
import { parseDigest } from '../../src/image/digest.ts'
import type { Registry } from './registry.ts'

/** The part of a registry that pushing needs. */
export type PushRegistry = Pick<Registry, 'address' | 'credentials'>

const limitMs = 30_000

/** The digest of these bytes. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)
}

/** Puts a blob into a repository unless it is there. */
export async function pushBlob(
  registry: PushRegistry,
  repository: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Digest> {
  const digest = digestOf(bytes)
  const known = await send(registry, 'HEAD', `/v2/${repository}/blobs/${digest}`)
  if (known.ok) return digest
  const opened = await expectStatus(202, send(registry, 'POST', `/v2/${repository}/blobs/uploads/`))
  const upload = new URL(opened.headers.get('location') ?? '', `http://${registry.address}`)
  upload.searchParams.set('digest', digest)
  await expectStatus(201, send(registry, 'PUT', `${upload.pathname}${upload.search}`, { body: bytes }))
  return digest
}

/** Lets a repository have a blob that another repository of the registry has, without sending it. */
export async function mountBlob(
  registry: PushRegistry,
  repository: string,
  from: string,
  digest: Digest,
): Promise<void> {
  const query = new URLSearchParams({ mount: digest, from })
  await expectStatus(201, send(registry, 'POST', `/v2/${repository}/blobs/uploads/?${query}`))
}

/**
 * Puts a manifest or index into a repository, byte for byte.
 *
 * @param name a tag, or the digest of the bytes
 */
export async function pushManifest(
  registry: PushRegistry,
  repository: string,
  name: string,
  manifest: { readonly bytes: string; readonly mediaType: string },
): Promise<Digest> {
  const { bytes, mediaType } = manifest
  await expectStatus(
    201,
    send(registry, 'PUT', `/v2/${repository}/manifests/${name}`, {
      body: bytes,
      headers: { 'content-type': mediaType },
    }),
  )
  return digestOf(bytes)
}

/** Lets a tag name what another tag or a digest names now. */
export async function retag(registry: PushRegistry, repository: string, from: string, to: string): Promise<Digest> {
  const accept = [
    'oci.image.index.v1',
    'oci.image.manifest.v1',
    'docker.distribution.manifest.list.v2',
    'docker.distribution.manifest.v2',
  ]
  const headers = { accept: accept.map((type) => `application/vnd.${type}+json`).join(', ') }
  const found = await expectStatus(200, send(registry, 'GET', `/v2/${repository}/manifests/${from}`, { headers }))
  const mediaType = found.headers.get('content-type') ?? ''
  return pushManifest(registry, repository, to, { bytes: await found.text(), mediaType })
}

/** Deletes a manifest or index and with it every tag that names it. */
export async function deleteManifest(registry: PushRegistry, repository: string, digest: string): Promise<void> {
  await expectStatus(202, send(registry, 'DELETE', `/v2/${repository}/manifests/${digest}`))
}

async function send(
  { address, credentials }: PushRegistry,
  method: string,
  path: string,
  { body, headers = {} }: { body?: Uint8Array<ArrayBuffer> | string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { user, password } = credentials ?? {}
  const signIn = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
  const ask = (authorization: object): Promise<Response> =>
    fetch(`http://${address}${path}`, {
      method,
      headers: { ...headers, ...authorization },
      signal: AbortSignal.timeout(limitMs),
      ...(body !== undefined && { body }),
    })
  const response = await ask(credentials === undefined ? {} : signIn)
  const [, realm, service] =
    /^Bearer realm="([^"]+)",service="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '') ?? []
  // The fake takes a password for pushes, whatever those who pull have to do.
  const repository = /^\/v2\/(.+)\/(?:blobs|manifests)\//.exec(path)?.[1]
  if (response.status !== 401 || !credentials || realm === undefined || service === 'fake-registry') return response
  await response.body?.cancel()
  const query = new URLSearchParams({ service: service ?? '', scope: `repository:${repository}:pull,push,delete` })
  const granted = await fetch(`${realm}?${query}`, { headers: signIn, signal: AbortSignal.timeout(limitMs) })
  const { token } = z.object({ token: z.string() }).parse(await granted.json())
  return ask({ authorization: `Bearer ${token}` })
}

async function expectStatus(status: number, sent: Promise<Response>): Promise<Response> {
  const response = await sent
  if (response.status === status) return response
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
}
