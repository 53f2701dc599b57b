import { describe, expect, test } from 'vitest'
import { matchesRule, type ComposeMatch, type MatchedWorkload } from './workload-match.ts'

const service: MatchedWorkload = {
  kind: 'compose',
  name: 'shop/web',
  image: 'web:1',
  labels: {},
  definedBy: ['/srv/shop/compose.yaml', '/srv/shop/compose.prod.yaml', '/srv/shop'],
}
const compose = (change: Partial<ComposeMatch> = {}): ComposeMatch => ({
  service: 'web',
  project: null,
  files: [],
  ...change,
})

describe('a rule about a Compose service', () => {
  test.each<[string, Partial<ComposeMatch>, boolean]>([
    ['of its name', {}, true],
    ['of another name', { service: 'api' }, false],
    ['of the end of its name', { service: 'eb' }, false],
    ['of its project', { project: 'shop' }, true],
    ['of another project', { project: 'blog' }, false],
    ['of a file of its', { files: ['/srv/shop/compose.prod.yaml'] }, true],
    ['of all its files', { files: ['/srv/shop/compose.yaml', '/srv/shop/compose.prod.yaml'] }, true],
    ['of a file more', { files: ['/srv/shop/compose.yaml', '/srv/shop/other.yaml'] }, false],
    ['of another file', { files: ['/srv/blog/compose.yaml'] }, false],
    ['of its project, whose files are yet to be brought up', { project: 'shop', files: ['/srv/new.yaml'] }, true],
  ])('%s', (_, change, expected) => {
    expect(matchesRule({ compose: compose(change) }, service)).toBe(expected)
  })

  test('is about no container, whatever that is called', () => {
    expect(matchesRule({ compose: compose() }, { ...service, kind: 'container' })).toBe(false)
    expect(matchesRule({ compose: compose() }, { ...service, kind: 'container', name: 'web' })).toBe(false)
  })

  test('has to match in all that it says', () => {
    expect(matchesRule({ compose: compose(), image: 'web' }, service)).toBe(true)
    expect(matchesRule({ compose: compose(), image: 'api' }, service)).toBe(false)
  })
})

test('a rule by name is about services, too, by project and service', () => {
  expect(matchesRule({ name: 'shop/*' }, service)).toBe(true)
  expect(matchesRule({ name: 'web' }, service)).toBe(false)
})

test('a rule by stack is about what was deployed with it', () => {
  expect(matchesRule({ stack: 'shop*' }, { ...service, stack: 'shop-eu' })).toBe(true)
  expect(matchesRule({ stack: 'shop' }, { ...service, stack: 'shop-eu' })).toBe(false)
  expect(matchesRule({ stack: '*' }, service)).toBe(false)
})

test('a rule that says nothing is about nothing', () => {
  expect(matchesRule({}, service)).toBe(false)
})
