#!/usr/bin/env node
import { refuseOldNode } from './cli/require-node.ts'

const refusal = refuseOldNode(process.versions.node)
if (refusal === null) {
  const { runProcess } = await import('./cli/run-process.ts')
  await runProcess({
    openApp: async (options) => (await import('./wiring.ts')).openApp(options),
    openState: async (sources) => (await import('./wire-state.ts')).openState(sources),
    moveState: async (sources) => (await import('./wire-state.ts')).moveBetween(sources),
    cancelMove: async (sources) => (await import('./wire-state.ts')).cancelMoveFrom(sources),
    loadConfig: async (sources) => (await import('./config/load.ts')).loadConfig(sources),
    loadPolicy: async (policy) => (await import('./wire-policies.ts')).loadPolicy(policy),
    configSchema: async () => (await import('./config/json-schema.ts')).configJsonSchema(),
  })
} else {
  process.stderr.write(`${refusal}\n`)
  process.exitCode = 1
}
