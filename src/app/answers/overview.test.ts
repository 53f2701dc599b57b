import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { createOverview } from './overview.ts'
import { scanKey } from '../scans/scan-key.ts'

const repository = { registry: 'registry.example.com', repository: 'web' }
const work = (...tags: string[]) => ({ key: scanKey(repository), repository, tags, isListed: false, workloads: [] })

test('knows what is not followed only when every target has been looked at', () => {
  const overview = createOverview()
  expect(overview.isComplete).toBe(false)
  const [one, other] = [overview.add('local'), overview.add('local')]

  one.sees([work('1')])
  expect(overview.isComplete).toBe(false)
  other.sees([])

  expect(overview.isComplete).toBe(true)
  expect(overview.tagsFollowed(repository)).toEqual({ named: new Set(['1']), isListed: false })
  expect(overview.tagsFollowed({ ...repository, repository: 'shop' })).toBeNull()
})

test('keeps what it saw while later looks fail, and says that they do', () => {
  const overview = createOverview()
  const view = overview.add('local')
  view.sees([work('1', '2')])

  view.fails(new AppError('TARGET_UNAVAILABLE', 'the engine is away'))

  expect(overview.tagsFollowed(repository)).toEqual({ named: new Set(['1', '2']), isListed: false })
  expect(overview.targets()).toEqual([
    { name: 'local', trouble: { code: 'TARGET_UNAVAILABLE', sentence: 'the engine is away' } },
  ])
})

test('knows where any tag matters, since one is chosen among all', () => {
  const overview = createOverview()
  const [one, other] = [overview.add('local'), overview.add('local')]
  one.sees([work('1')])
  other.sees([{ ...work(), isListed: true }])

  expect(overview.tagsFollowed(repository)).toEqual({ named: new Set(['1']), isListed: true })
})

test('knows by which names of its registry a repository is followed', () => {
  const overview = createOverview()
  const [one, other] = [overview.add('local'), overview.add('remote')]
  const withPort = { ...repository, registry: 'registry.example.com:443' }
  one.sees([work('1')])
  other.sees([{ ...work('2'), key: scanKey(withPort), repository: withPort }])
  const inCapitals = { ...repository, registry: 'Registry.Example.com' }

  expect(overview.tagsFollowed(inCapitals)).toEqual({ named: new Set(['1', '2']), isListed: false })
  expect(overview.namesOf(inCapitals)).toEqual([repository, withPort])
  expect(overview.namesOf(withPort)).toEqual([withPort, repository])
  expect(overview.namesOf({ ...repository, tag: '2' })).toEqual([withPort, repository])
  expect(overview.namesOf({ ...repository, repository: 'shop' })).toEqual([{ ...repository, repository: 'shop' }])
})
