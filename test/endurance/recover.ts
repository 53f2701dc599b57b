import type { Scene } from '../e2e/stage/scene.ts'
import { readState } from '../e2e/stage/state.ts'
import { tellMember, type Member, type Version } from './fleet.ts'
import { lookAtFamilies, type Families } from './look.ts'
import { unsettled } from './losses.ts'

/** Passes after a kill; the first may find a reason to wait, and a retry comes with a later one. */
const passesLimit = 5
const passLimitMs = 300_000

/**
 * Makes passes until every member is at rest on what it has to run.
 * @returns how it is then, and how many passes it took
 * @throws Error when it takes too many
 */
export async function recover(
  scene: Scene,
  members: readonly Member[],
  runs: (member: Member) => Version,
): Promise<{ readonly after: Families; readonly passes: number }> {
  let wrong: readonly string[] = []
  let log = ''
  for (let passes = 1; passes <= passesLimit; passes += 1) {
    log = await makePass(scene)
    const after = await lookAtFamilies(scene)
    const open = await readState(scene, async (store) => (await store.openRollouts()).map(({ name }) => name))
    wrong = members.flatMap((member) => {
      const sentences = unsettled(member, after.get(member.name) ?? [], runs(member))
      const isOpen = open.includes(member.name) ? ['its rollout is still open'] : []
      return [...sentences, ...isOpen].map((each) => `${tellMember(member)}: ${each}`)
    })
    if (wrong.length === 0) return { after, passes }
  }
  throw new Error(`after ${passesLimit} passes:\n${wrong.join('\n')}\n${log}`)
}

/** @returns what it logged */
async function makePass(scene: Scene): Promise<string> {
  const running = scene.start('run', '--once')
  const limit = setTimeout(() => running.kill('SIGKILL'), passLimitMs)
  try {
    return (await running.ended).stderr
  } finally {
    clearTimeout(limit)
  }
}
