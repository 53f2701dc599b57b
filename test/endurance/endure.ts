import { rmSync } from 'node:fs'
import { drawFrom } from '../e2e/option-draw.ts'
import { outlastsEnds } from '../e2e/stage/gates.ts'
import { openScene, type Scene } from '../e2e/stage/scene.ts'
import { run } from '../services/command.ts'
import type { startEngine } from '../services/engine.ts'
import { makePrivateFolder } from '../services/private-folder.ts'
import type { PushRegistry } from '../services/push.ts'
import { inLanes, makeFleet, pushBad, pushGood, type Build, type Member, type Version } from './fleet.ts'
import { createHalts } from './halts.ts'
import { lookAtFamilies, lookAtVolumes } from './look.ts'
import { createTally, type Tally } from './tally.ts'
import { goWays, type Turn } from './way.ts'

/** What an endurance run found. */
export interface Endured extends Readonly<Tally> {
  readonly apiVersion: string
  readonly engineVersion: string
  readonly members: readonly Member[]
  readonly rounds: number
  readonly seed: number
}

interface EndureOptions {
  readonly count: number
  readonly rounds: number
  readonly seed: number
  readonly registry: PushRegistry
  /** Another engine than the installed one, and the path of the `docker` command of its time. */
  readonly other?: { readonly start: typeof startEngine; readonly program: string }
  readonly say: (line: string) => void
  /** Begins no round after it; what was found until then is the result. */
  readonly signal?: AbortSignal
}

/** Where a member stands between two parts of a round. */
interface Standing {
  readonly now: Version
  /** What it ran before. */
  readonly before: Version
  /** A person took it back, and it stays there. */
  readonly isPinned: boolean
}

const other = (build: Build): Build => (build === 'a' ? 'b' : 'a')

/**
 * Moves containers of random options forward and back on an engine of its own, with a kill -9 in each rollout and each
 * rollback, and compares what is left of them. Everything is removed at the end.
 * @throws Error when a rollout does not come to its moment, or what was killed does not recover
 */
export async function endure(options: EndureOptions): Promise<Endured> {
  const folder = makePrivateFolder('options')
  try {
    const scene = await openScene({}, options.other?.start)
    try {
      return await endureOn(scene, folder, options)
    } finally {
      await scene.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function endureOn(
  scene: Scene,
  folder: string,
  { count, rounds, seed, registry, other: otherEngine, say, signal }: EndureOptions,
): Promise<Endured> {
  const gate = { stable: '300ms', minUptime: outlastsEnds, deadline: '120s' }
  const target = { name: 'local', host: scene.engine.host, maxParallel: 24, maxChanges: 'off', brake: false }
  scene.configure({ targets: [target], defaults: { gate, keepOld: '0s' } })
  const docker = (...args: string[]) =>
    run(otherEngine?.program ?? 'docker', args, { env: { ...process.env, DOCKER_HOST: scene.engine.host } })
  const members = await makeFleet(scene, registry, { count, seed, folder, docker })
  say(`${members.length} containers are made (seed ${seed})`)
  const volumes = await lookAtVolumes(scene)
  const tally = createTally()
  const deps = { scene, halts: createHalts(drawFrom(seed + 1)), tally, first: await lookAtFamilies(scene), say }
  const standings = new Map<Member, Standing>()
  for (const member of members) standings.set(member, { now: member.first, before: member.first, isPinned: false })

  let done = 0
  for (let round = 1; round <= rounds; round += 1) {
    if (signal?.aborted === true) break
    const lossesBefore = tally.losses.length
    await goWays(
      deps,
      await inLanes([...standings], async ([member, { now, isPinned }]): Promise<Turn> => {
        const to = await pushGood(registry, member, other(now.build), round)
        standings.set(member, { now: to, before: now, isPinned: false })
        return { member, way: 'rollout', to, word: isPinned ? 'unpin' : null }
      }),
    )
    await goWays(
      deps,
      await inLanes([...standings], async ([member, { now, before }]): Promise<Turn> => {
        if (member.badly === null) {
          standings.set(member, { now: before, before: now, isPinned: true })
          return { member, way: 'rollback by hand', to: before, word: 'rollBack' }
        }
        await pushBad(registry, member, round)
        return { member, way: 'rollback', to: now, word: null }
      }),
    )
    for (const each of tally.losses.slice(lossesBefore)) say(each)
    done = round
    say(`round ${round} of ${rounds}: ${tally.losses.length === 0 ? 'nothing lost' : `${tally.losses.length} losses`}`)
  }
  tally.losses.push(...differentVolumes(volumes, await lookAtVolumes(scene)))
  const engineVersion = await scene.docker('version', '--format', '{{.Server.Version}}')
  return { ...tally, apiVersion: scene.engine.apiVersion, engineVersion, members, rounds: done, seed }
}

function differentVolumes(before: readonly string[], now: readonly string[]): readonly string[] {
  const [gone, left] = [before.filter((each) => !now.includes(each)), now.filter((each) => !before.includes(each))]
  return [...gone.map((each) => `the volume ${each} is gone`), ...left.map((each) => `the volume ${each} is left over`)]
}
