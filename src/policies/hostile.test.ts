import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { candidate, select } from '../../test/fakes/selection.ts'
import { startBudget } from '../lib/budget.ts'
import { loadPolicy } from '../wire-policies.ts'

/** What no policy and no list may take of the processor; twice as much here, as machines differ. */
const cpuMsMax = 2 * 100
const memoryBytesMax = 50_000_000

const digits = (length: number, seed: number): string =>
  Array.from({ length }, (_, at) => (seed * 31 + at * at * 7 + ((seed >> (at % 13)) & 15)) % 10).join('')
const ten = (name: (at: number) => string): readonly string[] => Array.from({ length: 10_000 }, (_, at) => name(at))
const grouped = { order: 'alphabetical', extract: '$1' }
const repeatedGroup = { include: ['/.*/'], extract: '$0'.repeat(120) }

test.each<readonly [what: string, policy: unknown, current: string | null, tags: readonly string[]]>([
  ['majors without end', { order: 'semver', maxMajorStep: 1 }, '1.0.0', ten((at) => `${at + 2100}.0.0`)],
  [
    'variants of one shape that tie',
    { order: 'semver', variant: 'shape' },
    `1.0-${'1y'.repeat(20)}`,
    ten((at) => `1.0-${[...digits(20, at)].join('y')}y`),
  ],
  ['long extracts', { order: 'alphabetical', ...repeatedGroup }, null, ten((at) => digits(128, at))],
  ['long extracts of versions', { order: 'semver', ...repeatedGroup }, null, ten((at) => `1.${digits(126, at)}`)],
  ['numbers of many digits', 'semver', null, ten((at) => `1.${digits(126, at)}`)],
  ['versions of many numbers', 'semver', null, ten((at) => [...digits(64, at)].join('.'))],
  [
    'prereleases of many parts',
    { order: 'semver', prerelease: 'any' },
    null,
    ten((at) => `1.0-rc${'.1'.repeat(58)}.${at}`),
  ],
  ['counters beside one another', 'semver', '1.0-1', ten((at) => `1.0${'-r1'.repeat(40)}${at % 10}`)],
  ['counters', 'semver', null, ten((at) => `1.0${'-r1'.repeat(40)}${at % 10}`)],
  [
    'groups of a regex that goes back and forth',
    { ...grouped, include: [`/${'(.?)'.repeat(30)}z?\\b/`] },
    null,
    ten((at) => digits(128, at)),
  ],
  ['groups of a plain regex', { ...grouped, include: ['/^(.*)1(.*)2$/'] }, null, ten((at) => digits(128, at))],
  [
    'a range of many alternatives',
    `semver:${ten((at) => `${at}.1.1`)
      .slice(0, 110)
      .join('||')}`,
    null,
    ten((at) => `5.${at}.0`),
  ],
])('%s take neither the processor nor the memory', async (_, policy, current, tags) => {
  const candidates = tags.map((tag) => candidate(tag))
  await select(policy, current, candidates.slice(0, 100))

  const { cpuMs, bytes, said } = await measured(async () => {
    const isOver = startBudget(95)
    const selection = await select(policy, current, candidates, { isSpent: startBudget(80), keepsReasons: true })
    selection.keptBack()
    // As for a person who asks why: every tag, in order.
    selection.judge(() => isOver())
    return selection
  })

  expect(said.code).not.toBe('')
  expect(cpuMs).toBeLessThan(cpuMsMax)
  expect(bytes).toBeLessThan(memoryBytesMax)
})

test.each([
  ['characters beyond ASCII whose case is folded', [`/(?i)[^${String.raw`\x{100}-\x{24F}`.repeat(60)}]/`]],
  ['a million instructions', [`/(?:${'a'.repeat(980)}){999}/`]],
  ['many that are too large together', Array.from({ length: 100 }, () => `/${'.{999}'.repeat(4)}/`)],
  ['hundreds of groups', [`/${'(.?)'.repeat(240)}\\b/`]],
])('patterns of %s are refused before they cost anything', async (_, include) => {
  await loadPolicy({ order: 'newest', include: ['/a/'] })

  const { cpuMs, said } = await measured(async () =>
    loadPolicy({ order: 'alphabetical', include, extract: '$0' }).catch((error: unknown) => error),
  )

  expect(said).toMatchObject({ code: 'POLICY_INVALID' })
  expect(cpuMs).toBeLessThan(cpuMsMax)
})

test('classes of Unicode cost little, however many are named and whatever folds their case', async () => {
  await loadPolicy({ order: 'newest', include: ['/\\pN/'] })
  const include = [`/(?i)[^${String.raw`\pL`.repeat(200)}]/`, `/(?i)${String.raw`\p{Lu}`.repeat(150)}/`]

  const { cpuMs } = await measured(() => loadPolicy({ order: 'alphabetical', include }))

  expect(cpuMs).toBeLessThan(cpuMsMax)
})

test('however many majors there are, counting them costs little beside the rest', async () => {
  const tags = ten((at) => `${at + 2100}.0.0`)
  const cost = async (policy: unknown) => {
    const rounds = [
      await measured(() => select(policy, '1.0.0', tags)),
      await measured(() => select(policy, '1.0.0', tags)),
    ]
    return Math.min(...rounds.map(({ cpuMs }) => cpuMs))
  }

  const without = await cost('semver')

  expect(await cost({ order: 'semver', maxMajorStep: 1 })).toBeLessThan(8 * without)
})

test('of a list that takes too long to put in order every tag is told once, by name', async () => {
  const tags = ten((at) => `1.0.${(at * 7919) % 10_000}`).slice(0, 500)
  const selection = await select('semver', '1.0.10000', [...tags, 'latest', '1.0.10000'])

  const late = selection.judge(() => true)

  expect(late.map(({ tag }) => tag).toSorted()).toEqual([...tags, 'latest', '1.0.10000'].toSorted())
  expect(late.filter(({ verdict }) => verdict === 'not-newer').map(({ tag }) => tag)).toEqual(tags.toSorted())
})

test('tags of one name, however many, take neither the processor nor the memory', async () => {
  const tags = Array.from({ length: 50_000 }, (_, at) => candidate('1.0-r1'.padEnd(128, '-r1'), { listedAt: at % 3 }))

  const { cpuMs, bytes } = await measured(() => select('alphabetical', null, tags))

  expect(cpuMs).toBeLessThan(cpuMsMax)
  expect(bytes).toBeLessThan(memoryBytesMax)
})

test('a list of more tags than can be gone through in time is not gone through', async () => {
  const { code, chosen } = await select(
    'semver',
    null,
    Array.from({ length: 100_001 }, (_, at) => `1.${at}`),
  )

  expect([code, chosen]).toEqual(['LIST_TOO_LONG', null])
})

async function measured<Said>(work: () => Promise<Said>) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void // what the flag adds to a context
  collect()
  const before = process.memoryUsage()
  const began = process.threadCpuUsage()
  const said = await work()
  const { user, system } = process.threadCpuUsage(began)
  const after = process.memoryUsage()
  const bytes = after.heapUsed + after.external - before.heapUsed - before.external
  return { cpuMs: (user + system) / 1000, bytes, said }
}
