import { expect, test } from 'vitest'
import { loadPolicy } from '../../wire-policies.ts'
import { readSpec } from './read-spec.ts'

test.each([
  ['digest', { order: 'digest', variant: 'ignore' }],
  ['semver', { order: 'semver', range: null, variant: 'same', prerelease: 'same', precision: 'keep', vPrefix: 'keep' }],
  ['semver:^1.2', { order: 'semver', range: '^1.2', direction: 'highest', downgrade: false, maxMajorStep: null }],
  ['glob:staging-*', { order: 'newest', include: ['staging-*'], exclude: [], extract: null }],
  ['regex:^a:b$', { order: 'newest', include: ['/^a:b$/'] }],
  ['calver:YYYY.MM', { order: 'calver', range: 'YYYY.MM', variant: 'same' }],
  ['pin:1.4', { order: 'pin', range: '1.4' }],
  ['{"order":"semver","minAge":"3d"}', { order: 'semver', minAgeMs: 259_200_000 }],
  [{}, { order: 'digest', minAgeMs: null, immutable: false }],
])('%j is read with its defaults', (policy, wanted) => {
  expect(readSpec(policy)).toMatchObject(wanted)
})

test.each([
  ['digst', '"digst" is no policy; did you mean digest?'],
  ['', '"" is no policy'],
  ['semver:', 'nothing follows "semver:"'],
  ['newest:x', 'newest takes nothing behind a colon'],
  ['glob', 'glob needs a pattern'],
  ['glob:/x/', 'for a regex write regex:'],
  ['pin', 'pin needs the tag'],
  ['calver', 'calver needs a layout'],
  ['calver:MM.DD', 'names no year'],
  ['calver:YYYY.YYYY', 'names a part of the date twice'],
  ['calver:YYYY.QQ', 'which is none of'],
  ['calver:YYYY.MICROMM', 'needs a separator behind MICRO'],
  ['semver:1.2.3.4', 'is no range'],
  ['semver:,', 'is empty'],
  ['regex:(', 'is no regex that RE2 knows'],
  ['regex:(?=a)', 'is no regex that RE2 knows'],
  ['regex:(a)\\1', 'is no regex that RE2 knows'],
  ['glob:[a', 'has a [ without its ]'],
  ['glob:{a', 'has a { without its }'],
  [`regex:${'a'.repeat(2000)}`, 'must have at most 1000 characters'],
  ['regex:((a{1,200}){1,200}){1,200}', 'include[0]:'],
  ['{"order":', 'begins like JSON and is none'],
  [[], 'must be a text or an object, not a list'],
  [null, 'must be a text or an object, not null'],
  [5, 'must be a text or an object, not number'],
  [{ ordr: 'semver' }, '"ordr" is no key of a policy; did you mean order?'],
  [{ constructor: 'x' }, '"constructor" is no key of a policy'],
  [{ order: 'server' }, 'order must be one of'],
  [{ include: 'x' }, 'include must be a list'],
  [{ include: [] }, 'include must have at least one entry'],
  [{ include: [1] }, 'entry 0 is 1'],
  [{ order: 'newest', include: ['/x'] }, 'needs a / at both ends'],
  [{ include: ['1.*'] }, 'name another order'],
  [{ minAge: '3' }, 'minAge must be a whole number with one of the units'],
  [{ minAge: 3 }, 'minAge must be'],
  [{ minAge: '1.5d' }, 'minAge must be'],
  [{ maxMajorStep: -1 }, 'maxMajorStep must be a whole number'],
  [{ downgrade: 'true' }, 'downgrade must be true or false'],
  [{ order: 'newest', range: '1' }, 'range is read by semver, calver and pin'],
  [{ order: 'semver', extract: '$1' }, 'extract needs a regex in include'],
  [{ order: 'semver', include: ['/a(.)/'], extract: '$2' }, 'names the group 2'],
  [{ order: 'semver', include: ['/a(.)/', '/b/'], extract: '$1' }, 'a regex of include lacks'],
  [{ order: 'semver', include: ['/a(.)/'], extract: '$x' }, 'has a $ that names no group'],
])('%j is refused, saying why', async (policy, why) => {
  await expect(loadPolicy(policy)).rejects.toMatchObject({
    code: 'POLICY_INVALID',
    message: expect.stringContaining(why),
  })
})
