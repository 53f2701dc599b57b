import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { describe, inject, test } from 'vitest'
import { readPostgresUrl, type PostgresAddress } from '../../src/lib/postgres-address.ts'

/** A schema of its own on the shared server. */
export interface Schema {
  readonly name: string
  readonly url: string
  readonly address: PostgresAddress
  /** Runs SQL there, beside whatever else is connected. */
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  remove(): Promise<void>
}

/** Tests that need the shared server, by its address; skipped without it, and failed with `CI=true`. */
export function describeWithPostgres(name: string, body: (url: string) => void): void {
  const provided = inject('postgres')
  if ('url' in provided) {
    describe(name, () => body(provided.url))
    return
  }
  describe.skip(`${name} [skipped: ${provided.missing.split('\n')[0]}]`, () => body('postgres:///none'))
  if (process.env['CI'] === 'true') {
    test(`${name} has its server`, () => {
      throw new Error(`CI=true allows no skipping: ${provided.missing}`)
    })
  }
}

export async function createSchema(server: string): Promise<Schema> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = withParameter(server, 'options', `-csearch_path=${name}`)
  const query = async (text: string) => {
    const client = new pg.Client(clientOf(addressOf(url)))
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(text)).rows
    } finally {
      await client.end()
    }
  }
  await query(`create schema ${name}`)
  const remove = async () => void (await query(`drop schema ${name} cascade`))
  return { name, url, address: addressOf(url), query, remove }
}

export function addressOf(url: string): PostgresAddress {
  const found = readPostgresUrl(url)
  if ('problem' in found) throw new Error(found.problem)
  return found
}

export function withParameter(url: string, name: string, value: string): string {
  const parsed = new URL(url)
  parsed.searchParams.set(name, value)
  return parsed.href
}

const clientOf = ({ host, port, user, database, options }: PostgresAddress): pg.ClientConfig => ({
  host,
  port,
  database,
  ...(user !== null && { user }),
  ...(options !== null && { options }),
})
