import type { ContainerInspect } from '../../src/clients/docker/shapes.ts'
import type { Scene } from '../e2e/stage/scene.ts'
import { tellMember, type Member, type Version } from './fleet.ts'
import type { Halts } from './halts.ts'
import type { Orders } from './kill-child.ts'
import { killPass } from './kill-run.ts'
import { lookAtFamilies, type Families } from './look.ts'
import { changedOn, lostSince } from './losses.ts'
import { recover } from './recover.ts'
import { countKill, type Tally, type Way } from './tally.ts'

/** What a member goes through now, and what it has to run in the end. */
export interface Turn {
  readonly member: Member
  readonly way: Way
  readonly to: Version
  /** What a person says first; null for nothing. */
  readonly word: 'rollBack' | 'unpin' | null
}

interface WayDeps {
  readonly scene: Scene
  readonly halts: Halts
  readonly tally: Tally
  /** The containers as their user made them. */
  readonly first: Families
  readonly say: (line: string) => void
}

/** Lets each member go its way with a kill -9 at a drawn moment, goes on with a new process, and compares. */
export async function goWays(deps: WayDeps, turns: readonly Turn[]): Promise<void> {
  const { scene, halts, tally, first, say } = deps
  const before = await lookAtFamilies(scene)
  const halted = await killPass(scene, ordersFor(halts, turns))
  const killed = await lookAtFamilies(scene)
  for (const { member, way } of turns) {
    const at = halted.get(member.name)
    if (at === undefined) throw new Error(`${member.name} was not killed`)
    halts.learn(way, member.manner, at)
    countKill(tally, way, at.moment)
    if (!killed.has(member.name)) tally.losses.push(`${tellMember(member)}, killed at ${at.moment}: no version is left`)
  }
  say(`killed ${turns.length} at their moments`)
  const wanted = new Map(turns.map(({ member, to }) => [member, to]))
  const members = turns.map(({ member }) => member)
  const { after, passes } = await recover(scene, members, (member) => wanted.get(member) ?? member.first)
  tally.passesMax = Math.max(tally.passesMax, passes)
  for (const { member, way, to } of turns) {
    const is = only(after, member)
    const isSame = way === 'rollback' && member.manner !== 'recreate'
    const found = [
      ...lostSince(member, only(first, member), is, to),
      ...(isSame ? changedOn(only(before, member), is) : []),
    ]
    const moment = halted.get(member.name)?.moment
    tally.losses.push(...found.map((each) => `${tellMember(member)}, ${way}, killed at ${moment}: ${each}`))
  }
}

function ordersFor(halts: Halts, turns: readonly Turn[]): Orders {
  return {
    halts: Object.fromEntries(turns.map(({ member, way }) => [member.name, halts.draw(way, member.manner)])),
    words: turns.flatMap(({ member, word }) => (word === null ? [] : [{ word, workload: member.name }])),
  }
}

function only(families: Families, { name }: Member): ContainerInspect {
  const [own] = families.get(name) ?? []
  if (own === undefined) throw new Error(`there is no container ${name}`)
  return own
}
