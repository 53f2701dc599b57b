import { afterAll, beforeAll, describe, expect } from 'vitest'
import { uniqueName } from '../services/shared.ts'
import { planMove, signal, type Kit, type Staged, type TargetHarness } from './target-harness.ts'
import { effectPromises } from './target-kit-effects.ts'
import { endpointPromises } from './target-kit-endpoint.ts'
import { lookPromises } from './target-kit-looks.ts'

export interface TargetKitOptions {
  readonly open: () => Promise<TargetHarness>
}

/** What every adapter of a target promises. */
export function targetKit(kind: string, { open }: TargetKitOptions): void {
  describe(kind, () => {
    let harness: TargetHarness
    let standing: Staged
    beforeAll(async () => {
      harness = await open()
      standing = await kit.stage('stop-first', { env: { TOKEN: 'sesame-open' } })
    }, 60_000)
    afterAll(() => harness?.close(), 60_000)

    const kit: Kit = {
      get harness() {
        return harness
      },
      get target() {
        return harness.target
      },
      get standing() {
        return standing
      },
      async find(name) {
        const all = await harness.target.listWorkloads(signal)
        const found = all.find((each) => each.name === harness.nameOf(name))
        if (found === undefined) throw new Error(`${name} is not listed`)
        return found
      },
      async stage(order = 'stop-first', settings = {}) {
        const name = uniqueName('kit')
        // Many checks of health at once would only keep the machine busy.
        const from = await harness.push(name, { version: '1', tag: '1', healthcheck: false, ...settings })
        const to = await harness.push(name, { version: '2', tag: '2', healthcheck: false })
        await harness.run(name, from.reference)
        const workload = await kit.find(name)
        return { name, from, to, workload, rollout: await planMove(harness.target, workload, to, order) }
      },
      async bring(rollout, effects, snapshot) {
        for (const effect of effects) {
          await harness.target.apply(rollout, effect, { signal, snapshot })
          const once = await harness.look()
          await harness.target.apply(rollout, effect, { signal, snapshot })
          expect(await harness.look(), `${effect} for the second time`).toEqual(once)
        }
      },
      capture: async (rollout) => JSON.parse(JSON.stringify(await harness.target.capture(rollout, signal))),
    }

    lookPromises(kit)
    effectPromises(kit)
    // The last, since it takes the place away for a while.
    endpointPromises(kit)
  })
}
