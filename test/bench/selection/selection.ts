import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toCandidates } from '../../../src/app/selection/candidates.ts'
import type { Candidate, SelectionContext } from '../../../src/policies/policy.ts'
import { stores } from '../../../src/store/index.ts'
import type { ListedTag, Store } from '../../../src/store/store.ts'
import { loadPolicy } from '../../../src/wire-policies.ts'
import type { Figure } from '../figure.ts'

const count = 10_000
const rounds = 40
const warmUps = 5
const registry = 'registry.example.com'
const repository = 'library/web'
const firstSeenAt = '2026-11-20T12:00:00.000Z'

/** By name, as the state tells them, and each a text of its own in memory, as one that was read is. */
const listOf = (tag: (at: number) => string): readonly string[] =>
  JSON.parse(JSON.stringify(Array.from({ length: count }, (_, at) => tag(at)).toSorted()))

/** Versions, prereleases and variants as a long-lived repository has them. */
const tags = listOf((at) => {
  const version = `${Math.floor(at / 2500)}.${Math.floor(at / 50) % 50}.${at % 50}`
  return `${version}${['', '-alpine', '-alpine3.20', '-rc.1', '-debian-12-r5'][at % 5]}`
})

interface Case {
  readonly policy: string
  readonly current: string
  readonly of: readonly string[]
  /** Told where it is not the usual list. */
  readonly what?: string
}

const cases: readonly Case[] = [
  ...[
    'semver:^1',
    '{"order":"semver","prerelease":"any","maxMajorStep":1}',
    'newest',
    'regex:^1\\.[0-9]+\\.[0-9]+-alpine$',
    '{"order":"semver","include":["/^(.*)-alpine$/"],"extract":"$1"}',
  ].map((policy) => ({ policy, current: '1.10.0-alpine', of: tags })),
  {
    policy: 'semver',
    what: 'commits and counters',
    current: '1.40.0.7998-c29d4c0c8-ls205',
    of: listOf(
      (at) => `1.${at % 60}.${at % 7}.${at}-${(at * 48271).toString(16).padStart(9, 'a1b2c3d4e')}-ls${at % 300}`,
    ),
  },
  {
    policy: 'calver:YYYY.MM.DD',
    what: 'dates',
    current: '2020.1.1',
    of: listOf((at) => `${2000 + Math.floor(at / 360)}.${1 + (Math.floor(at / 30) % 12)}.${1 + (at % 28)}-${at % 9}`),
  },
]
const listedAs = (of: readonly string[]): readonly ListedTag[] =>
  of.map((tag) => ({ tag, firstSeenAt, goneSince: null, push: null }))

/** What choosing among 10,000 tags costs, beside reading and sorting the same list with nothing in mind. */
export async function measureSelection(): Promise<readonly Figure[]> {
  const floor = { what: 'splitting them into numbers and sorting', value: timed(sortBarely) }
  const figures: Figure[] = []
  for (const { policy, current, of, what } of cases) {
    const candidates = toCandidates({ listed: listedAs(of), observations: [], moved: [], restoredAt: null })
    const { select } = await loadPolicy(policy)
    const value = timed(() => select(candidates, context(current)))
    const told = `selection among 10,000 tags, ${policy}${what === undefined ? '' : `, ${what}`}`
    figures.push({ what: told, value, unit: 'CPU ms', floor, budget })
  }
  return [...figures, await measureState()]
}

/** What a decision may take of the processor, and how much more than the least that such a list takes. */
const budget = { most: 10, timesFloor: 2 }

const context = (current: string): SelectionContext => ({
  current,
  platform: null,
  now: Date.parse('2026-11-21T12:00:00Z'),
  quarantined: new Set(),
  list: 'whole',
  isSpent: () => false,
})

function sortBarely(): unknown {
  const read = tags.map((tag) => ({ tag, numbers: tag.split(/[.-]/).map(Number) }))
  return read.toSorted(
    (a, b) =>
      (a.numbers[0] ?? 0) - (b.numbers[0] ?? 0) ||
      (a.numbers[1] ?? 0) - (b.numbers[1] ?? 0) ||
      (a.numbers[2] ?? 0) - (b.numbers[2] ?? 0),
  )
}

/** What each decision of an unchanged repository reads of its list. */
async function measureState(): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-bench-'))
  const store = await stores.sqlite({ folder, access: 'owner', now: () => Date.now() })
  try {
    await store.saveTagList(
      { registry, repository, count, seenAt: firstSeenAt, failure: null, doubt: null },
      listedAs(tags),
    )
    const value = await timedAsync(() => readKnown(store))
    return { what: 'a list of 10,000 tags out of the state', value, unit: 'CPU ms', budget }
  } finally {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function readKnown(store: Store): Promise<readonly Candidate[]> {
  return toCandidates({
    listed: await store.listedTags(registry, repository),
    observations: await store.tagObservations(registry, repository),
    moved: await store.movedTags(registry, repository),
    restoredAt: await store.restoredAt(),
  })
}

/** The mean of many rounds: the system counts in steps that are longer than one of them. */
function timed(work: () => unknown): number {
  for (let round = 0; round < warmUps; round += 1) work()
  const began = process.threadCpuUsage()
  for (let round = 0; round < rounds; round += 1) work()
  return msSince(began) / rounds
}

async function timedAsync(work: () => Promise<unknown>): Promise<number> {
  for (let round = 0; round < warmUps; round += 1) await work()
  const began = process.threadCpuUsage()
  for (let round = 0; round < rounds; round += 1) await work()
  return msSince(began) / rounds
}

function msSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(began)
  return (user + system) / 1000
}
