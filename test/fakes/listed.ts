import type { Digest } from '../../src/image/digest.ts'
import { runPass } from '../../src/app/passes/run-pass.ts'
import { loadPolicy } from '../../src/wire-policies.ts'
import { running } from './decide-input.ts'
import { startFollowed, workloadAt } from './followed.ts'

export const host = 'registry.example.com'

/** A workload `web` that runs 1.4.1 and follows a policy, and what the registry has. */
export async function startListed(
  policy: string,
  tags: Readonly<Record<string, Digest>>,
  labels: Record<string, string> = {},
) {
  // Loading one takes real time, of which a clock by hand knows nothing.
  await loadPolicy(policy.startsWith('{') ? 'semver' : policy).catch(() => {})
  const web = {
    ...workloadAt(host, 'web', running),
    image: `${host}/web:1.4.1`,
    labels: { 'longshore.watch': 'true', 'longshore.policy': policy, ...labels },
  }
  const followed = startFollowed([web])
  const { world, app, queue, stop } = followed
  const push = (all: Readonly<Record<string, Digest>>) => {
    world.lists.set('web', Object.keys(all))
    for (const [tag, named] of Object.entries(all)) world.tags.set(`web:${tag}`, named)
  }
  push(tags)
  const pass = async () => {
    world.asked.length = 0
    const passed = runPass(app, queue, stop.signal)
    await world.clock.pass(60_000)
    const { workloads } = await passed
    return workloads[0]?.decision
  }
  return { ...followed, web, push, pass, asked: () => world.asked.filter((each) => !each.startsWith('observe')) }
}
