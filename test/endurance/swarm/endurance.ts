import { ensureInstalled } from '../../services/install.ts'
import { startRegistry } from '../../services/registry.ts'
import { isLost, tellSwarmEndured, writeDocument } from './document.ts'
import { endureSwarm } from './endure.ts'

/** `npm run endurance:swarm`: twenty rollouts, ten of them bad, a node killed in each fifth; writes docs/swarm-endurance.md. */
const say = (line: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`)
await ensureInstalled(['engine', 'docker', 'registry', 'busybox'], say)
const registry = await startRegistry()
try {
  const endured = await endureSwarm({ registry, rollouts: 20, kills: [3, 6, 11, 14, 19], parallelism: 3, say })
  const text = await tellSwarmEndured(endured)
  process.stdout.write(text)
  writeDocument(text)
  process.exitCode = isLost(endured) ? 1 : 0
} finally {
  await registry.stop()
}
