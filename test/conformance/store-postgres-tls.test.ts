import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { readPostgresUrl } from '../../src/lib/postgres-address.ts'
import { stores } from '../../src/store/index.ts'
import { startPostgres, type Postgres } from '../services/postgres.ts'

describe.skipIf('missing' in inject('postgres'))('a state in PostgreSQL over TLS', () => {
  let server: Postgres
  let plain: Postgres
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-tls-'))
    makeCertificate('other', 'DNS:elsewhere.example.com')
    makeCertificate('server', 'IP:127.0.0.1')
    plain = await startPostgres()
    server = await startPostgres()
    const data = join(server.folder, 'data')
    const { uid, gid } = statSync(data)
    for (const name of ['server.crt', 'server.key']) {
      writeFileSync(join(data, name), readFileSync(join(folder, name)))
      chownSync(join(data, name), uid, gid)
      chmodSync(join(data, name), 0o600)
    }
    await server.sql('alter system set ssl = on')
    await server.sql('select pg_reload_conf()')
  })

  afterAll(async () => {
    await server.stop()
    await plain.stop()
    rmSync(folder, { recursive: true })
  })

  /** Signed by itself, so that it is its own authority. */
  function makeCertificate(name: string, names: string): void {
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)]
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`]
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...subject], { stdio: 'ignore' })
  }

  async function open(parameters: Readonly<Record<string, string>>, { port } = server, env = {}): Promise<string> {
    const url = `postgres://postgres@127.0.0.1:${port}/postgres?${new URLSearchParams(parameters)}`
    const address = readPostgresUrl(url, env)
    if ('problem' in address) throw new Error(address.problem)
    const store = await stores.postgres({ address, access: 'owner', now: () => 0, patienceMs: 0 })
    const [encrypted] = [
      await server.sql(
        "select string_agg(distinct ssl::text, ',') from pg_stat_ssl join pg_stat_activity using (pid) where application_name like 'longshore %'",
      ),
    ]
    await store.close()
    return encrypted
  }
  const certificate = (name: string) => join(folder, `${name}.crt`)

  test.each([
    ['verify-full with its authority', () => ({ sslmode: 'verify-full', sslrootcert: certificate('server') })],
    ['verify-ca with its authority', () => ({ sslmode: 'verify-ca', sslrootcert: certificate('server') })],
    ['require, which trusts anybody', () => ({ sslmode: 'require' })],
  ])('is encrypted with %s', async (_, parameters) => {
    expect(await open(parameters())).toBe('true')
  })

  test('takes the authority from PGSSLROOTCERT too', async () => {
    expect(await open({ sslmode: 'verify-full' }, server, { PGSSLROOTCERT: certificate('server') })).toBe('true')
  })

  test('is in plain text on this machine where nothing else is said, and where it is', async () => {
    expect([await open({}), await open({ sslmode: 'disable' })]).toEqual(['false', 'false'])
  })

  test.each([
    ['of somebody else', () => ({ sslmode: 'verify-full', sslrootcert: certificate('other') })],
    ['that no public authority signed', () => ({ sslmode: 'verify-full' })],
    ['of somebody else, to verify-ca', () => ({ sslmode: 'verify-ca', sslrootcert: certificate('other') })],
    [
      'of somebody else, to require with an authority',
      () => ({ sslmode: 'require', sslrootcert: certificate('other') }),
    ],
    ['whose authority cannot be read', () => ({ sslmode: 'verify-full', sslrootcert: '/nowhere.crt' })],
  ])('is refused with a certificate %s', async (_, parameters) => {
    await expect(open(parameters())).rejects.toMatchObject({ code: 'STATE_REFUSED' })
  })

  test('is refused under another name than its own, unless only the authority counts', async () => {
    const other = { host: 'localhost', sslrootcert: certificate('server') }

    await expect(open({ ...other, sslmode: 'verify-full' })).rejects.toMatchObject({ code: 'STATE_REFUSED' })
    expect(await open({ ...other, sslmode: 'verify-ca' })).toBe('true')
  })

  test('is never spoken to in plain text where TLS was asked for', async () => {
    await expect(open({ sslmode: 'require' }, plain)).rejects.toMatchObject({
      code: 'STATE_REFUSED',
      message: expect.stringContaining('sslmode=disable'),
    })
  })
})
