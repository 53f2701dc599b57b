import { describe, expect, test } from 'vitest'
import { readPostgresUrl } from './postgres-address.ts'

const read = (url: string, env = {}) => {
  const found = readPostgresUrl(url, env)
  if ('problem' in found) throw new Error(found.problem)
  return { ...found, password: found.password?.reveal() ?? null }
}
const problem = (url: string) => {
  const found = readPostgresUrl(url)
  return 'problem' in found ? found.problem : null
}

describe('an address of PostgreSQL', () => {
  test('is read as libpq reads it', () => {
    expect(read('postgresql://ada:s%40crets@db.example.com:6432/state?options=-csearch_path%3Dx')).toEqual({
      host: 'db.example.com',
      port: 6432,
      user: 'ada',
      password: 's@crets',
      database: 'state',
      tls: 'verify-full',
      rootCert: null,
      cert: null,
      key: null,
      options: '-csearch_path=x',
      shown: 'postgres://ada@db.example.com:6432/state',
    })
  })

  test.each([
    ['postgres:///state', '/var/run/postgresql', 'state'],
    ['postgres://ada@/state', '/var/run/postgresql', 'state'],
    ['postgres:///state?host=/run/pg', '/run/pg', 'state'],
    ['postgres://%2Frun%2Fpg/state', '/run/pg', 'state'],
    ['postgres://[::1]/state', '::1', 'state'],
    ['postgres://h/?dbname=other', 'h', 'other'],
  ])('%s is at %s', (url, host, database) => {
    expect(read(url)).toMatchObject({ host, database })
  })

  test.each([
    ['postgres://db.example.com/s', 'verify-full'],
    ['postgres://10.0.0.1/s', 'verify-full'],
    ['postgres://127.0.0.1/s', 'disable'],
    ['postgres://localhost/s', 'disable'],
    ['postgres://[::1]/s', 'disable'],
    ['postgres:///s?host=/run&sslmode=require', 'disable'],
    ['postgres://localhost/s?sslmode=verify-ca', 'verify-ca'],
    ['postgres://db/s?sslmode=require', 'require'],
  ])('%s is protected by %s', (url, tls) => {
    expect(read(url).tls).toBe(tls)
  })

  test('takes from the environment what it does not say itself', () => {
    const env = { PGSSLMODE: 'require', PGSSLROOTCERT: '/ca.pem', PGSSLCERT: '', PGSSLKEY: undefined }

    expect(read('postgres://db/s', env)).toMatchObject({ tls: 'require', rootCert: '/ca.pem', cert: null })
    expect(read('postgres://db/s?sslmode=verify-ca&sslrootcert=/b.pem', env)).toMatchObject({
      tls: 'verify-ca',
      rootCert: '/b.pem',
    })
  })

  test.each([
    ['postgres://h1,h2/s', expect.stringMatching(/^names more than one host; give one address/)],
    ['postgres://h1:1,h2:2/s', expect.stringMatching(/^names more than one host; give one address/)],
    ['postgres://h/', 'names no database'],
    ['postgres://h/s?sslmode=prefer', expect.stringContaining('falls back to plain text')],
    ['postgres://h/s?sslmode=none', expect.stringContaining('none of disable, require')],
    ['postgres://h/s?port=0', 'has a port that is none'],
    [
      'postgres://h/s?target_session_attrs=any',
      'has target_session_attrs, which is for lists of hosts; give one address that always leads to the primary',
    ],
    ['postgres://ada:hun/ter@h:x/s', expect.stringContaining('is no URL')],
    ['postgres://ada:50%@h/s', expect.stringContaining('is no URL')],
  ])('%s is refused', (url, sentence) => {
    expect(problem(url)).toEqual(sentence)
    expect(problem(url)).not.toContain('hun')
  })
})
