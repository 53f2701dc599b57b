import { expect, test } from 'vitest'
import { startOciPair } from '../../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../../test/fakes/oci-client.ts'
import type { FakeRegistryOptions } from '../../../../test/fakes/registry.ts'
import type { Limits } from '../limits.ts'

const signal = new AbortController().signal
const names = ['1.0', '1.1', '2.0', 'latest', 'rc']

async function startWithTags(options: FakeRegistryOptions = {}, limits: Partial<Limits> = {}): Promise<OciPair> {
  const pair = await startOciPair(options, { limits })
  for (const name of names) pair.registry.pushImage('team/app', name, name)
  return pair
}

test.each([
  ['in one page', {}],
  ['over relative links', { tagsPerPage: 2 }],
  ['over links without brackets', { tagsPerPage: 2, writeLink: (next: string) => `${next}; rel=next` }],
  ['over links with single quotes', { tagsPerPage: 2, writeLink: (next: string) => `<${next}>; rel='next'` }],
  ['over links with another path', { tagsPerPage: 2, writeLink: (next: string) => `</proxy${next}>; rel="next"` }],
  ['over bare queries', { tagsPerPage: 2, writeLink: (next: string) => `<${next.replace(/.*\?/, '?')}>; rel="next"` }],
])('lists all tags %s', async (_how, options) => {
  await using pair = await startWithTags(options)

  await expect(pair.client.listTags(pair.app, signal)).resolves.toEqual(names)
})

test('an absolute link to the registry itself is followed', async () => {
  await using pair = await startWithTags()
  const link = `<${pair.registry.url}/v2/team/app/tags/list?n=2&last=2.0>; rel="next"`
  pair.registry.fault({ kind: 'tags', times: 1 }, { kind: 'headers', headers: { link } })

  await expect(pair.client.listTags(pair.app, signal)).resolves.toEqual(names)
})

test.each(['http://169.254.169.254/v2/team/app/tags/list?n=1', 'https://evil.example/?n=1', '//evil.example/?n=1'])(
  'does not follow a link to %s',
  async (next) => {
    await using pair = await startWithTags({ tagsPerPage: 2, writeLink: () => `<${next}>; rel="next"` })

    await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
  },
)

test.each([(next: string) => `<${next}>`, (next: string) => `<${next}>; title="more"`])(
  'a page whose link says not what it leads to is not taken for the last',
  async (writeLink) => {
    await using pair = await startWithTags({ tagsPerPage: 2, writeLink })

    await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
  },
)

test('links to other pages leave the last page the last', async () => {
  await using pair = await startWithTags()
  const link = '</v2/team/app/tags/list?n=1000>; rel="first", </v2/team/app/tags/list>; rel=prev'
  pair.registry.fault({ kind: 'tags' }, { kind: 'headers', headers: { link } })

  await expect(pair.client.listTags(pair.app, signal)).resolves.toEqual(names)
})

test('notices pages that go in a circle', async () => {
  await using pair = await startWithTags({ tagsPerPage: 2, writeLink: () => '<?n=2&last=1.0>; rel="next"' })

  await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
})

test('a failed page fails the list', async () => {
  await using pair = await startWithTags({ tagsPerPage: 2 })
  pair.registry.fault({ kind: 'tags', path: 'last=latest' }, { kind: 'status', status: 404 })

  await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })
})

test.each([
  ['pages', { tagPages: 2 }],
  ['tags', { tags: 4 }],
  ['bytes', { tagListBytes: 90 }],
])('stops at the limit of %s', async (_what, limits) => {
  await using pair = await startWithTags({ tagsPerPage: 2 }, limits)

  await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' })
})

test('a list of slow pages has its time as a whole, and is unknown after it', async () => {
  await using pair = await startWithTags({ tagsPerPage: 2 }, { tagListMs: 0 })

  await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: expect.stringContaining('1 pages of its tag list took'),
  })
  expect(pair.registry.count('tags')).toBe(1)
})

test('a repository without tags has none', async () => {
  await using pair = await startOciPair()
  pair.registry.remove('team/app', pair.registry.pushImage('team/app', 'gone', 'one'))

  await expect(pair.client.listTags(pair.app, signal)).resolves.toEqual([])
})

test('what is no tag is left out, and what comes twice comes once', async () => {
  await using pair = await startOciPair()
  const body = JSON.stringify({ tags: ['b', 'b', '<script>', '../x', '-x', 'a'.repeat(129), 'a'] })
  pair.registry.fault({ kind: 'tags' }, { kind: 'status', status: 200, body })

  await expect(pair.client.listTags(pair.app, signal)).resolves.toEqual(['b', 'a'])
})

test.each(['not json', '[]', '{"tags":"all"}', '{"tags":[1]}'])('%s is no list of tags', async (body) => {
  await using pair = await startOciPair()
  pair.registry.fault({ kind: 'tags' }, { kind: 'status', status: 200, body })

  await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
})

test.each(['{}', '{"errors":[{"code":"UNKNOWN"}]}', '{"name":"team/app"}'])(
  'a later page that is %s, without the key of tags, is no empty one',
  async (body) => {
    await using pair = await startWithTags({ tagsPerPage: 2 })
    pair.registry.fault({ kind: 'tags', path: 'last=1.1' }, { kind: 'status', status: 200, body })

    await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
  },
)

test('a page whose tags are null is an empty one', async () => {
  await using pair = await startWithTags({ tagsPerPage: 2 })
  const body = '{"name":"team/app","tags":null}'
  pair.registry.fault({ kind: 'tags', path: 'last=1.1' }, { kind: 'status', status: 200, body })

  await expect(pair.client.listTags(pair.app, signal)).resolves.toEqual(['1.0', '1.1'])
})

test('a page of some proxy is no damaged list, however long it is', async () => {
  await using pair = await startOciPair({}, { limits: { tries: 1 } })
  const body = `<html>Please sign in${' '.repeat(1_000_000)}</html>`
  pair.registry.fault({ kind: 'tags' }, { kind: 'status', status: 200, headers: { 'content-type': 'text/html' }, body })

  await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: expect.stringContaining('answered with a web page'),
  })
})

test('what came of a page that broke off is forgotten when the page is read again', async () => {
  await using pair = await startWithTags({ tagsPerPage: 2 })
  const half = JSON.stringify({ tags: ['never', 'there'] }).slice(0, -1)
  for (const path of ['last=1.1', 'n=1000']) {
    pair.registry.fault({ kind: 'tags', path, times: 1 }, { kind: 'status', status: 200, body: half })
  }

  await expect(pair.client.listTags(pair.app, signal)).resolves.toEqual(names)
})

test('tags that are written with escapes are tags', async () => {
  await using pair = await startOciPair()
  const body = '{"tags":["a\\u002db","\\u0061","x\\ny"]}'
  pair.registry.fault({ kind: 'tags' }, { kind: 'status', status: 200, body })

  await expect(pair.client.listTags(pair.app, signal)).resolves.toEqual(['a-b', 'a'])
})
