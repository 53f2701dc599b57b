import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import tls from 'node:tls'
import type { SecureContext } from 'node:tls'
import { AppError } from '../../../errors.ts'
import { remember } from '../../../lib/secret.ts'
import type { TlsFiles } from '../endpoint.ts'

/** What a TLS connection to a host needs beyond the usual. */
export interface HostTls {
  readonly context: SecureContext
  /** Another one as soon as a file changed. */
  readonly version: string
  /** How many certificates of ours there are for the host, of which one is shown at a time. */
  readonly certificates: number
  /** Told that the host refused the one that was shown: from now on it is shown the next. */
  readonly refused: () => void
}

/** Whom a connection is for. */
export interface TlsWish {
  /** `host:port` as in the address. */
  readonly host: string
  /** Whether our own certificate may be shown there. */
  readonly isConfigured: boolean
  /** Another host whose authorities are trusted here too. */
  readonly trustAs: string | undefined
}

/** @returns null where nothing is set, and the usual authorities are all there is. @throws CONFIG_*, naming the file */
export type TlsSource = (wish: TlsWish) => Promise<HostTls | null>

/** Where the files of hosts lie. */
export interface TlsFilesDeps {
  /** Further names of a host, and its files of the configuration. */
  readonly configured: (host: string) => { readonly names: readonly string[]; readonly files: TlsFiles }
  /** As Docker has it: a folder per host with authorities (`*.crt`) and our own `*.cert` with `*.key`; null for none. */
  readonly certsFolder: string | null
  /** @throws CONFIG_NOT_FOUND, CONFIG_UNSAFE, CONFIG_INVALID naming the file */
  readonly readFile: (path: string) => Promise<string>
  readonly now: () => number
}

/** How long files are taken as unchanged without a look. */
const freshMs = 10_000
/** Redirects may name any number of hosts. */
const hostsMax = 1000

interface Own {
  readonly certificate: string
  readonly key: string
}

interface Material {
  readonly ca: readonly string[]
  readonly own: readonly Own[]
  readonly files: readonly string[]
}

const nothing: Material = { ca: [], own: [], files: [] }

/** Reads files when a host is first asked, and again when they may have changed: certificates are renewed while we run. */
export function createTlsSource(deps: TlsFilesDeps): TlsSource {
  const read = new Map<string, { readonly material: Promise<Material>; readonly until: number }>()
  const made = new Map<string, SecureContext>()
  /** Which of several certificates of ours a host is shown. */
  const shown = new Map<string, number>()

  const materialOf = (host: string): Promise<Material> => {
    const known = read.get(host)
    if (known && deps.now() < known.until) return known.material
    const material = readMaterial(deps, host)
    // What cannot be read now may be in the middle of being replaced.
    material.catch(() => read.delete(host))
    if (read.size >= hostsMax) read.clear()
    read.set(host, { material, until: deps.now() + freshMs })
    return material
  }

  return async ({ host, isConfigured, trustAs }) => {
    const itself = await materialOf(host)
    const other = trustAs === undefined || trustAs === host ? nothing : await materialOf(trustAs)
    const ca = [...itself.ca, ...other.ca]
    const all = isConfigured ? itself.own : []
    const at = shown.get(host) ?? 0
    const own = all[at % all.length] ?? null
    if (ca.length === 0 && own === null) return null
    const version = createHash('sha256')
      .update(JSON.stringify([ca, own]))
      .digest('base64')
    const context = made.get(version) ?? contextOf(ca, own, [...itself.files, ...other.files])
    if (made.size >= hostsMax) made.clear()
    made.set(version, context)
    // Whoever else was refused the same one may have moved on already.
    const refused = (): void => {
      if ((shown.get(host) ?? 0) === at) shown.set(host, at + 1)
    }
    return { context, version, certificates: all.length, refused }
  }
}

function contextOf(ca: readonly string[], own: Own | null, files: readonly string[]): SecureContext {
  const identity = own === null ? {} : { cert: own.certificate, key: own.key }
  try {
    // Beside the usual ones, as Docker does: a registry may move to a public certificate.
    return tls.createSecureContext({ ca: [...tls.getCACertificates('default'), ...ca], ...identity })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    throw new AppError('CONFIG_INVALID', `${files.join(', ')}: no certificates and key in PEM form (${code})`)
  }
}

async function readMaterial(deps: TlsFilesDeps, host: string): Promise<Material> {
  const { names, files } = deps.configured(host)
  const parts = [await readFiles(deps, files)]
  // Docker finds both ways to write the usual port.
  const hosts = /:\d+$/.test(host) ? [host] : [host, `${host}:443`]
  for (const name of deps.certsFolder === null ? [] : new Set([...hosts, ...names])) {
    // A host of a stranger's choosing must not lead to another folder.
    if (/^[a-z\d[][a-z\d.:[\]-]*$/.test(name)) parts.push(await readFolder(deps, join(deps.certsFolder ?? '', name)))
  }
  return {
    ca: parts.flatMap(({ ca }) => ca),
    own: parts.find(({ own }) => own.length > 0)?.own ?? [],
    files: parts.flatMap((part) => part.files),
  }
}

async function readFiles({ readFile }: TlsFilesDeps, { ca, certificate, key }: TlsFiles): Promise<Material> {
  return {
    ca: ca === undefined ? [] : [await readFile(ca)],
    own: certificate === undefined || key === undefined ? [] : [await readOwn(readFile, certificate, key)],
    files: [ca, certificate, key].filter((path) => path !== undefined),
  }
}

/** @see Docker, "Verify repository client with certificates" */
async function readFolder({ readFile }: TlsFilesDeps, folder: string): Promise<Material> {
  const names = (await readdir(folder).catch((error: unknown) => absentOr(error, folder))).toSorted()
  const ca: string[] = []
  for (const name of names.filter((each) => each.endsWith('.crt'))) ca.push(await readFile(join(folder, name)))
  const alone = names.find((each) => each.endsWith('.key') && !names.includes(each.replace(/\.key$/, '.cert')))
  if (alone !== undefined) {
    const message = `${join(folder, alone)}: the certificate of this key is missing, ${alone.replace(/\.key$/, '.cert')}`
    throw new AppError('CONFIG_INVALID', message)
  }
  const own: Own[] = []
  for (const name of names.filter((each) => each.endsWith('.cert'))) {
    own.push(await readOwn(readFile, join(folder, name), join(folder, name.replace(/\.cert$/, '.key'))))
  }
  return { ca, own, files: ca.length > 0 || own.length > 0 ? [folder] : [] }
}

async function readOwn(readFile: TlsFilesDeps['readFile'], certificate: string, keyFile: string): Promise<Own> {
  const key = await readFile(keyFile)
  remember(key)
  return { certificate: await readFile(certificate), key }
}

function absentOr(error: unknown, folder: string): readonly string[] {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') return []
  throw new AppError('CONFIG_NOT_FOUND', `${folder}: this folder cannot be read (${code})`, { cause: error })
}
