import { describe } from 'vitest'
import { isInstalled } from '../services/command.ts'
import { openContainers } from './target-containers.ts'
import { targetKit } from './target-kit.ts'
import { openServices } from './target-services.ts'

const needed = ['dockerd', 'containerd', 'docker', 'docker-registry']
const areThere = (await Promise.all(needed.map(isInstalled))).every(Boolean) && process.getuid?.() === 0
describe.skipIf(!areThere && process.env['CI'] !== 'true')('on a real engine (needs root and Docker)', () => {
  targetKit('containers', { open: openContainers })
  targetKit('Compose services', { open: openServices })
})
