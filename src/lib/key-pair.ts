import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { AppError, toAppError } from '../errors.ts'
import { remember } from './secret.ts'

/** Where a server's certificate and its key lie, in PEM form. */
export interface KeyPairFiles {
  /** With the certificates between it and its authority after it. */
  readonly certificate: string
  readonly key: string
}

/** A certificate with the key that belongs to it. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
  /** What it is for, such as `DNS:longshore.example.com`; empty when it does not say. */
  readonly names: string
  /** In milliseconds since the epoch; may have passed. */
  readonly endsAt: number
  /** In milliseconds since the epoch; may be still to come. */
  readonly beginsAt: number
  /** Everybody on this machine may read the key. */
  readonly isKeyOpen: boolean
}

/** @throws what is wrong with the file, in its message */
export type ReadFile = (path: string) => Promise<string>

/**
 * Reads both files and sees whether a server can use them.
 *
 * @throws TLS_UNUSABLE naming the file and what is wrong with it; no matter whether its time has come or is over
 */
export async function readKeyPair(files: KeyPairFiles, readFile: ReadFile): Promise<KeyPair> {
  const [certificate, key] = [await read(files.certificate, readFile), await read(files.key, readFile)]
  remember(key)
  const own = ownCertificate(files.certificate, certificate)
  const privateKey = ownKey(files.key, key)
  if (!own.checkPrivateKey(privateKey)) throw unusable(files.certificate, mismatch(files, certificate, privateKey))
  try {
    createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' })
  } catch (cause) {
    throw unusable(files.certificate, `with ${files.key}, no server can be run (${codeOf(cause)})`, cause)
  }
  return {
    certificate,
    key,
    names: own.subjectAltName ?? '',
    beginsAt: own.validFromDate.getTime(),
    endsAt: own.validToDate.getTime(),
    isKeyOpen: ((await stat(files.key).catch(() => null))?.mode ?? 0) % 8 >= 4,
  }
}

/** What is wrong with the time of a certificate, as a sentence without its subject; null when nothing is, for a while. */
export function timeProblem({ beginsAt, endsAt }: Pick<KeyPair, 'beginsAt' | 'endsAt'>, nowMs: number): string | null {
  if (nowMs >= endsAt) return `expired on ${day(endsAt)}: no sender accepts it`
  if (nowMs < beginsAt) return `is not valid before ${day(beginsAt)}: no sender accepts it until then`
  return endsAt - nowMs < soonMs ? `expires on ${day(endsAt)}` : null
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** What renews certificates does so a month before; two weeks before, it did not. */
const soonMs = 14 * 86_400_000

async function read(path: string, readFile: ReadFile): Promise<string> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { message } = toAppError(cause)
    throw new AppError('TLS_UNUSABLE', message.includes(path) ? message : `${path}: ${message}`, { cause })
  }
}

/** The first of the file: that is the one that a server shows as its own. */
function ownCertificate(path: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw unusable(path, 'holds no certificate in PEM form', cause)
  }
}

function ownKey(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    const isEncrypted = /ENCRYPTED/.test(pem)
    const problem = isEncrypted
      ? 'is encrypted, and there is nobody to ask for its passphrase'
      : 'holds no private key in PEM form'
    throw unusable(path, problem, cause)
  }
}

/** Either the wrong file, or the right one in the wrong order. */
function mismatch({ key }: KeyPairFiles, certificates: string, privateKey: KeyObject): string {
  const [, ...others] = certificates.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const isLater = others.some((pem) => ownCertificate('', pem).checkPrivateKey(privateKey))
  return isLater
    ? `begins with another certificate than that of ${key}: the server's own has to come first`
    : `${key} is not the key of this certificate`
}

const unusable = (path: string, problem: string, cause?: unknown): AppError =>
  new AppError('TLS_UNUSABLE', `${path}: ${problem}`, { cause })

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
