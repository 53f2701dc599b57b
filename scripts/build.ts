import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { bundleForRelease } from './release-bundle.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

await bundleForRelease({ scripts: { main: join(root, 'src/main.ts') }, cwd: root, dir: dist })
chmodSync(join(dist, 'main.js'), 0o755)
