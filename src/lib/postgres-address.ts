import { isLoopback } from './loopback.ts'
import { secret, type Secret } from './secret.ts'

/** How the connection is protected, as libpq's `sslmode` has it; without the modes that fall back to plain text. */
export type TlsMode = (typeof tlsModes)[number]

/** Where a PostgreSQL database is, and who we are there. */
export interface PostgresAddress {
  /** Host name, IP address, or the folder of a Unix socket, which begins with `/`. */
  readonly host: string
  readonly port: number
  /** Null for the name that PGUSER or the system gives us. */
  readonly user: string | null
  /** Null where none is needed, or PGPASSWORD or a password file gives it. */
  readonly password: Secret | null
  readonly database: string
  readonly tls: TlsMode
  /** Files; null where none is named. */
  readonly rootCert: string | null
  readonly cert: string | null
  readonly key: string | null
  /** Settings of the session as libpq's `options` has them, such as `-csearch_path=longshore`. */
  readonly options: string | null
  /** For messages: without password and settings. */
  readonly shown: string
}

type Environment = Readonly<Record<string, string | undefined>>

const tlsModes = ['disable', 'require', 'verify-ca', 'verify-full'] as const
const parameters = 'host port user password dbname sslmode sslrootcert sslcert sslkey options'.split(' ')

/** Which of them is the primary would be asked at each connection, and the lock be held in one that is not any more. */
const severalHosts =
  'names more than one host; give one address that always leads to the primary, as docs/store/postgres.md says'

/** Whether a text is meant to be one, right or wrong. */
export const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:\/\//i.test(text)

/**
 * Reads a URL as libpq's users write it. Its password is remembered, so that nothing prints it.
 *
 * @param env PGSSLMODE, PGSSLROOTCERT, PGSSLCERT and PGSSLKEY count where the URL says nothing
 * @returns or what is wrong with it, as a sentence without its subject and without its contents
 * @see PostgreSQL's documentation, 34.1.1 "Connection Strings"
 */
export function readPostgresUrl(text: string, env: Environment = {}): PostgresAddress | { readonly problem: string } {
  const authority = /^[^:]*:\/\/([^/?]*)/.exec(text)?.[1] ?? ''
  if (authority.slice(authority.lastIndexOf('@') + 1).includes(',')) return { problem: severalHosts }
  // A user before no host is right to libpq, and wrong to the standard of URLs.
  const url = URL.parse(text.replace(/^([^:]*:\/\/[^/?]*@)(?=[/?]|$)/, '$1%20'))
  const parts = url === null ? null : decode(url)
  if (url === null || parts === null) {
    return { problem: 'is no URL; characters such as @ : / # % in a password are written as %40 %3A %2F %23 %25' }
  }
  const { query } = parts
  const unknown = [...query.keys()].find((name) => !parameters.includes(name))
  if (unknown === 'target_session_attrs' || unknown === 'load_balance_hosts') {
    return { problem: `has ${unknown}, which is for lists of hosts; give one address that always leads to the primary` }
  }
  if (unknown !== undefined) return { problem: `has a parameter that is not known; known are ${parameters.join(', ')}` }
  const password = query.get('password') ?? parts.password
  const kept = password === '' ? null : secret(password)
  const host = query.get('host') ?? parts.host
  const port = Number(query.get('port') ?? (parts.port === '' ? '5432' : parts.port))
  if (host.includes(',')) return { problem: severalHosts }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return { problem: 'has a port that is none' }
  const mode = readMode(host, query.get('sslmode') ?? env['PGSSLMODE'])
  if (typeof mode !== 'string') return mode
  const user = query.get('user') ?? parts.user
  const database = query.get('dbname') ?? parts.database
  if (database === '') return { problem: 'names no database' }
  const place = host.startsWith('/') ? encodeURIComponent(host) : host.includes(':') ? `[${host}]` : host
  return {
    host,
    port,
    user: user === '' ? null : user,
    password: kept,
    database,
    tls: mode,
    rootCert: query.get('sslrootcert') ?? (env['PGSSLROOTCERT'] || null),
    cert: query.get('sslcert') ?? (env['PGSSLCERT'] || null),
    key: query.get('sslkey') ?? (env['PGSSLKEY'] || null),
    options: query.get('options') ?? null,
    shown: `postgres://${user === '' ? '' : `${user}@`}${place}${port === 5432 ? '' : `:${port}`}/${database}`,
  }
}

const defaultSocketFolder = '/var/run/postgresql'

function decode(url: URL) {
  try {
    const host = decodeURIComponent(url.hostname).trim()
    return {
      host: host === '' ? defaultSocketFolder : host.replace(/^\[(.*)\]$/, '$1'),
      port: url.port,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      query: url.searchParams,
    }
  } catch {
    return null
  }
}

/** What leaves the machine is verified unless somebody says otherwise. */
function readMode(host: string, given: string | undefined): TlsMode | { readonly problem: string } {
  if (host.startsWith('/')) return 'disable'
  if (given === undefined || given === '') return isLoopback(host) ? 'disable' : 'verify-full'
  const mode = tlsModes.find((each) => each === given)
  if (mode !== undefined) return mode
  if (given === 'allow' || given === 'prefer') {
    return { problem: `has sslmode=${given}, which falls back to plain text: write verify-full, require or disable` }
  }
  return { problem: `has an sslmode that is none of ${tlsModes.join(', ')}` }
}
