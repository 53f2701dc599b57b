import { expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'
import { readLabels } from '../app/workloads/workload-labels.ts'
import { loadPolicy } from '../wire-policies.ts'

const { load } = useConfigFolder()

const { text: _, ...byDefault } = (await loadPolicy({})).spec

test('without keys a mapping means the documented defaults', () => {
  expect(byDefault).toEqual({
    order: 'digest',
    range: null,
    include: [],
    exclude: [],
    extract: null,
    variant: 'ignore',
    prerelease: 'same',
    precision: 'keep',
    vPrefix: 'keep',
    direction: 'highest',
    downgrade: false,
    maxMajorStep: null,
    minAgeMs: null,
    immutable: false,
  })
})

test.each<[mapping: string, means: object]>([
  ['{}', {}],
  ['{order: semver}', { order: 'semver', variant: 'same' }],
  [
    '{order: semver, range: ">=1.2, <2", exclude: ["*-rc*", "/^v/"], variant: shape, prerelease: never}',
    { order: 'semver', range: '>=1.2, <2', exclude: ['*-rc*', '/^v/'], variant: 'shape', prerelease: 'never' },
  ],
  [
    '{order: semver, precision: any, vPrefix: any, direction: lowest, maxMajorStep: 1, immutable: true}',
    {
      order: 'semver',
      variant: 'same',
      precision: 'any',
      vPrefix: 'any',
      direction: 'lowest',
      maxMajorStep: 1,
      immutable: true,
    },
  ],
  [
    '{order: numerical, include: ["/^build-(?P<n>[0-9]+)$/"], extract: "$${n}", downgrade: true, minAge: 3d}',
    {
      order: 'numerical',
      include: ['/^build-(?P<n>[0-9]+)$/'],
      extract: '${n}',
      downgrade: true,
      minAgeMs: 259_200_000,
    },
  ],
  ['{order: newest, include: ["staging-*"]}', { order: 'newest', include: ['staging-*'] }],
  ['{order: alphabetical, include: ["RELEASE.*"]}', { order: 'alphabetical', include: ['RELEASE.*'] }],
  ['{order: calver, range: YYYY.0M.MICRO}', { order: 'calver', range: 'YYYY.0M.MICRO', variant: 'same' }],
  ['{order: pin, range: 1.4.2}', { order: 'pin', range: '1.4.2' }],
])('%s in the configuration means the same as its JSON there and in a label', async (mapping, means) => {
  const { defaults } = await load(`defaults: {policy: ${mapping}}`)
  // There, `${n}` would be a variable of the environment.
  const asText = await load(`defaults: {policy: '${defaults.policy.replaceAll('$', '$$$$')}'}`)
  const { settings, problems } = readLabels({ 'longshore.policy': defaults.policy })

  expect(problems).toEqual([])
  for (const policy of [defaults.policy, asText.defaults.policy, settings.policy]) {
    const { text: _text, ...spec } = (await loadPolicy(policy)).spec
    expect(spec).toEqual({ ...byDefault, ...means })
  }
})
