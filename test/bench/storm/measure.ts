import { join } from 'node:path'
import { bundle } from '../bundle.ts'
import { startChild } from '../child.ts'
import { quantile } from '../events/flood.ts'
import type { Figure } from '../figure.ts'
import type { Answer as Bare, Question as AskBare } from './bare.ts'
import { makeLargeState } from './large-state.ts'
import { pushesOf, sendPushes, type Push } from './pushes.ts'
import type { Answer, Question } from './service.ts'
import type { Answer as Bothered, Question as Bother } from './strangers.ts'

/** All of them within 10 s. */
const count = 10_000
const rate = 1_000

const secret = 'a-secret-for-the-storm'

/** What the senders and the strangers themselves take of this machine: the same storm, met by a server that does nothing. */
export async function measureBare(folder: string): Promise<readonly number[]> {
  const script = await bundle(join(import.meta.dirname, 'bare.ts'), folder)
  await using bare = await startChild<AskBare, Bare>(script)
  const { url } = await bare.ask({ kind: 'open' })
  const pushes = pushesOf(count, () => 'repo/0')
  return (await storm(url, pushes, async () => {})).times
}

/**
 * 10,000 events in 10 s beside strangers: hundreds of connections that are silent, slow or never read, wrong secrets as
 * fast as they are answered, bodies that are too large or compressed.
 *
 * @param repositories that the events are about, one after the other
 * @param floor how long each acknowledgement of a bare server took, fastest first; empty when that is not known
 */
export async function measureStorm(
  folder: string,
  repositories: number,
  floor: readonly number[],
): Promise<readonly Figure[]> {
  const script = await bundle(join(import.meta.dirname, 'service.ts'), folder)
  await using service = await startChild<Question, Answer>(script)
  const state = { folder: join(folder, `storm-${repositories}`) }
  const { url } = await service.ask({ kind: 'open', state, repositories, secret })
  const pushes = pushesOf(count, (index) => `repo/${index % repositories}`)
  const { acknowledged, times, before, answers } = await storm(url, pushes, () => service.ask({ kind: 'report' }))
  const after = await service.ask({ kind: 'report' })
  const wrong = ['wrong secret', 'wrong secret from the address of the right one'].map((name) => answers[name] ?? {})
  const about = repositories === 1 ? 'one repository' : 'a repository each'
  const figure = (what: string, value: number, unit: Figure['unit'], most?: number, least?: number): Figure => ({
    what: `${about}: ${what}`,
    value,
    unit,
    ...(most !== undefined && { budget: { most } }),
    ...(least !== undefined && { floor: { what: '(bare server)', value: least } }),
  })
  const acknowledging = (what: string, share: number, most?: number): Figure =>
    figure(what, quantile(times, share), 'ms', most, floor.length === 0 ? undefined : quantile(floor, share))
  return [
    acknowledging(`acknowledged, median of ${count} in ${count / rate} s`, 0.5),
    acknowledging('acknowledged, p99', 0.99, 50),
    figure('not acknowledged', count - acknowledged.length, 'requests', 0),
    figure('looks at one repository, at most', after.looksOfOne, 'requests', 1 + Math.ceil(after.runningMs / 2_000)),
    figure('looks at all of them', after.looks, 'requests'),
    figure('memory before', before.rssMiB, 'MiB'),
    figure('memory at its peak', after.peakMiB, 'MiB', 250),
    figure('wrong secrets answered meanwhile', sum(wrong.flatMap((each) => Object.values(each))), 'requests'),
    figure(
      'connections of strangers that were ended',
      sum(Object.values(answers).map(({ ended = 0 }) => ended)),
      'requests',
    ),
  ]
}

/** Backups in a storm of 10 s, so that one is under way for most of it. */
const backups = 4

/**
 * The same with a state whose backups take long, while some are taken.
 *
 * @param floor as for `measureStorm`
 */
export async function measureBackups(folder: string, floor: readonly number[]): Promise<readonly Figure[]> {
  const script = await bundle(join(import.meta.dirname, 'service.ts'), folder)
  const state = { folder: join(folder, 'storm-large') }
  const sizeMiB = await makeLargeState(state.folder)
  await using service = await startChild<Question, Answer>(script)
  const { url } = await service.ask({ kind: 'open', state, repositories: 1, secret })
  const pushes = pushesOf(count, () => 'repo/0')
  let backedUp: Promise<number> = Promise.resolve(0)
  const { acknowledged, times } = await storm(url, pushes, async () => {
    const begunAt = performance.now()
    backedUp = service.ask({ kind: 'back-up', times: backups }).then(() => performance.now() - begunAt)
  })
  const tookMs = await backedUp
  const { peakMiB } = await service.ask({ kind: 'report' })
  const what = `${backups} backups of a large state meanwhile`
  const least = floor.length === 0 ? {} : { floor: { what: '(bare server)', value: quantile(floor, 0.99) } }
  return [
    { what: `${what}: its size`, value: sizeMiB, unit: 'MiB' },
    { what: `${what}: one of them`, value: tookMs / backups, unit: 'ms' },
    { what: `${what}: acknowledged, p99`, value: quantile(times, 0.99), unit: 'ms', budget: { most: 50 }, ...least },
    { what: `${what}: not acknowledged`, value: count - acknowledged.length, unit: 'requests', budget: { most: 0 } },
    { what: `${what}: memory at its peak`, value: peakMiB, unit: 'MiB', budget: { most: 250 } },
  ]
}

/** @param report called when all are there and warm, before what counts */
async function storm<Report>(url: string, pushes: readonly Push[], report: () => Promise<Report>) {
  await using strangers = await startChild<Bother, Bothered>(join(import.meta.dirname, 'strangers.ts'))
  await strangers.ask({ kind: 'begin', port: Number(new URL(url).port), path: new URL(url).pathname })
  await sendPushes({ url, secret, pushes: pushesOf(500, () => 'repo/warm', count), rate, connections: 100 })
  const before = await report()
  const { acknowledged, times } = await sendPushes({ url, secret, pushes, rate, connections: 100 })
  const { answers } = await strangers.ask({ kind: 'end' })
  return { acknowledged, times, before, answers }
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0)
