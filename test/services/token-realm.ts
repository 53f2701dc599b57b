import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { certificates } from '../fakes/certificates.ts'
import type { Credentials } from './registry.ts'

/** The sign-in of a real registry: signs tokens that the registry verifies by our certificate. */
export interface TokenRealm {
  readonly url: string
  readonly service: string
  readonly issuer: string
  /** What the registry has to trust, as PEM. */
  readonly certificate: string
  stop(): Promise<void>
}

const service = 'longshore-registry'
const issuer = 'longshore-test'
const lifeSeconds = 300

/** Answers everybody who has the password with whatever was asked for. @see Distribution, "Token Authentication" */
export async function startTokenRealm({ user, password }: Credentials): Promise<TokenRealm> {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const server = createServer((request, response) => {
    const isWelcome = request.headers.authorization === expected
    response.writeHead(isWelcome ? 200 : 401, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isWelcome ? { token: tokenFor(request, user), expires_in: lifeSeconds } : {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    url: `http://127.0.0.1:${port}/token`,
    service,
    issuer,
    certificate: certificates.ca,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function tokenFor(request: IncomingMessage, user: string): string {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const now = Math.floor(Date.now() / 1000)
  const access = searchParams.getAll('scope').flatMap((scope) => {
    const [, type, name, actions = ''] = /^(\w+):(.+):([\w,*]+)$/.exec(scope) ?? []
    return name === undefined ? [] : { type, name, actions: actions.split(',') }
  })
  const claims = { iss: issuer, sub: user, aud: service, iat: now, nbf: now - 10, exp: now + lifeSeconds, access }
  const x5c = [new X509Certificate(certificates.server).raw.toString('base64')]
  const head = { typ: 'JWT', alg: 'ES256', x5c }
  const text = [head, { ...claims, jti: `${Math.random()}` }].map((part) => encode(JSON.stringify(part))).join('.')
  const key = createPrivateKey(certificates.serverKey)
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${encode(signature)}`
}

const encode = (data: string | Buffer): string => Buffer.from(data).toString('base64url')
