import { tmpdir } from 'node:os'
import { writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'
import { redact } from '../lib/secret.ts'

const { load, path, problems } = useConfigFolder()
const url = 'postgres://ada:s3cret-pass@db.example.com/state'

describe('the place of the state', () => {
  test('is a folder, or a database with a folder beside it', async () => {
    expect(await load('state: /srv/state')).toMatchObject({ stateFolder: '/srv/state', stateDatabase: null })
    expect(await load(`state: ${url}`)).toMatchObject({
      stateFolder: '/home/me/.local/state/longshore',
      stateDatabase: { host: 'db.example.com', user: 'ada', database: 'state', tls: 'verify-full' },
    })
    expect((await load(`{state: '${url}', stateFolder: ~/beside}`)).stateFolder).toBe('/home/me/beside')
  })

  test('keeps its password to itself, also when that comes out of a file', async () => {
    await writeFile(path('password'), 'from-a-file\n', { mode: 0o600 })
    const text = `state: 'postgres://ada:\${file:${path('password')}}@db/state'`

    const { stateDatabase } = await load(text)

    expect(stateDatabase?.password?.reveal()).toBe('from-a-file')
    expect(stateDatabase?.shown).toBe('postgres://ada@db/state')
    expect(inspect(stateDatabase, { depth: 9 }) + JSON.stringify(stateDatabase)).not.toContain('from-a-file')
    expect(redact('a from-a-file b')).toBe('a *** b')
  })

  test('is told by DATABASE_URL where LONGSHORE_STATE does not, over the file and under the command line', async () => {
    const env = { DATABASE_URL: url }
    const other = { LONGSHORE_STATE: '/srv/other', ...env }

    expect((await load('state: /srv/state', { env })).stateDatabase?.host).toBe('db.example.com')
    expect(await load('', { env: other })).toMatchObject({ stateDatabase: null, stateFolder: '/srv/other' })
    expect(await load('', { env, state: '/srv/flag' })).toMatchObject({ stateDatabase: null, stateFolder: '/srv/flag' })
    expect((await load('', { env: { ...env, LONGSHORE_STATE_FOLDER: '/srv/beside' } })).stateFolder).toBe('/srv/beside')
    expect(await load('stateFolder: /srv/beside', { state: '/srv/flag' })).toMatchObject({ stateFolder: '/srv/flag' })
  })

  test('leaves to the environment what libpq leaves to it', async () => {
    const env = { PGSSLMODE: 'verify-ca', PGSSLROOTCERT: '/etc/ca.pem' }

    expect((await load(`state: ${url}`, { env })).stateDatabase).toMatchObject({
      tls: 'verify-ca',
      rootCert: '/etc/ca.pem',
    })
    await expect(load(`state: ${url}`, { env: { PGSSLMODE: 'prefer' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('falls back to plain text'),
    })
  })

  test.each([
    ['state: postgres://ada:hun/ter2@db/state', 'longshore.yml:1: state: is no URL'],
    [
      'state: postgres://db1,db2/state',
      'longshore.yml:1: state: names more than one host; give one address that always leads to the primary, as docs/store/postgres.md says',
    ],
    ['state: mysql://db/state', 'longshore.yml:1: state: must be an absolute path, begin with ~/, or be a URL'],
    ['stateFolder: /srv/beside', 'longshore.yml:1: stateFolder: is for a state in a database'],
    ['{state: "postgres://db/state", stateFallback: /srv/other}', 'stateFallback: is for a state in a file'],
  ])('%s is refused without its password', async (text, sentence) => {
    const found = await problems(text)

    expect(found).toEqual([expect.stringContaining(sentence)])
    expect(found.join()).not.toContain('hun')
  })

  test('is the fallback where it cannot be written, unless the command line names it', async () => {
    const away = { state: '/dev/null/state', stateFallback: tmpdir() }
    const text = JSON.stringify(away)

    expect(await load(text)).toMatchObject({
      stateFolder: tmpdir(),
      stateFallback: { folder: tmpdir(), insteadOf: '/dev/null/state' },
      backups: { folder: `${tmpdir()}/backups` },
    })
    expect(await load(text, { state: '/dev/null/other' })).toMatchObject({ stateFolder: '/dev/null/other' })
    expect(await load('state: /dev/null/state', { env: { LONGSHORE_STATE_FALLBACK: tmpdir() } })).toMatchObject({
      stateFolder: tmpdir(),
    })
    // The refusal is then about the first.
    const neither = JSON.stringify({ ...away, stateFallback: '/dev/null/other' })
    expect(await load(neither)).toMatchObject({ stateFolder: '/dev/null/state', stateFallback: { insteadOf: null } })
  })

  test('is not the fallback while it can be written', async () => {
    const text = JSON.stringify({ state: tmpdir(), stateFallback: '/srv/other' })

    expect(await load(text)).toMatchObject({
      stateFolder: tmpdir(),
      stateFallback: { folder: '/srv/other', insteadOf: null },
    })
  })

  test('is refused by the name of the variable that told it', async () => {
    expect(await problems('', { env: { DATABASE_URL: 'mysql://db/x' } })).toEqual([
      expect.stringContaining('DATABASE_URL: must be'),
    ])
  })
})
