import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { newer } from '../../../test/fakes/decide-input.ts'
import { errorTable } from '../../errors.ts'
import { hasOwnRelease, whatReleases } from './what-releases.ts'

const context = { workload: 'local/container/web', candidate: newer, isGlobalPause: false }

/** Where reason codes of decisions come from. */
const sources = [
  'src/app/decisions/decide*.ts',
  'src/app/decisions/guarded.ts',
  'src/app/decisions/guards/*.ts',
  'src/app/workloads/watched-workloads.ts',
  'src/app/decisions/record-decision.ts',
  'src/targets/*/left-alone.ts',
  'src/targets/docker/sets/follows.ts',
  'src/app/sets/decide-follow.ts',
  'src/app/selection/{choose-tag,decide-by-list}.ts',
  'src/policies/stages/{choosing,current,following,tag-list}.ts',
]

/** Every code that one of them names: `held('X'`, `because('X'`, `decision('held', 'X'`, `code: 'X'` and the like. */
const codes = new Set(
  globSync(sources)
    .filter((path) => !path.endsWith('.test.ts'))
    .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)])
    .map(([, code = '']) => code)
    .filter(
      (code) =>
        ![
          'UNKNOWN',
          'MANIFEST_INVALID',
          'REGISTRY_',
          'INTERNAL',
          'LIST_',
          'LIST_PARTIAL',
          'NOTHING_BETTER',
          'TAG_FOLLOWED',
        ].includes(code),
    ),
)

test('the sources name the codes that are known to be there', () => {
  expect([...codes]).toEqual(
    expect.arrayContaining([
      'CURRENT',
      'PIN_DUE',
      'ROLLOUTS_PAUSED',
      'QUARANTINED',
      'STOPPED',
      'GONE',
      'POLICY_INVALID',
    ]),
  )
})

test.each([...codes].toSorted())('%s has words of its own', (code) => {
  expect(hasOwnRelease(code)).toBe(true)
})

test.each(Object.keys(errorTable).filter((code) => code.startsWith('REGISTRY_')))('so has %s', (code) => {
  expect(whatReleases(code, context)).toMatch(/^A good answer of the registry/)
})

test('what only its own sentence tells is looked at again by itself', () => {
  expect(whatReleases('CONTAINER_ON_FIRE', context)).toBe('It goes on by itself once that is no longer so.')
  expect(whatReleases('constructor', context)).toBe('It goes on by itself once that is no longer so.')
})

test('what is as it should be needs no release', () => {
  expect(whatReleases('CURRENT', context)).toBeNull()
})

describe('commands are written so that they can be run', () => {
  test.each([
    ['QUARANTINED', '`longshore quarantine release local/container/web bbbbbbbbbbbb`'],
    ['CHANGED_BY_HAND', '`longshore resume local/container/web`'],
    ['NETWORK_LOST', '`longshore resume local/container/web`'],
    ['PINNED', '`longshore unpin local/container/web`'],
    ['ROLLOUTS_PAUSED', '`longshore resume local/container/web`'],
    ['STATE_LOST', '`longshore resume`'],
    ['NOTIFY_ONLY', '`longshore deploy local/container/web`'],
  ])('%s: %s', (code, command) => {
    expect(whatReleases(code, context)).toContain(command)
  })

  test('a pause of everything is lifted for everything', () => {
    expect(whatReleases('ROLLOUTS_PAUSED', { ...context, isGlobalPause: true })).toContain('`longshore resume`')
  })
})
