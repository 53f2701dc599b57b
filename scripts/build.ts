import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

// One bundle with a chunk for each command: 500 small modules would cost a third of the memory budget and 100 ms at each
// start (docs/decisions/0003-bundled-release.md).
const bundle = await rolldown({ input: join(root, 'src/main.ts'), platform: 'node', cwd: root })
await bundle.write({
  dir: dist,
  format: 'esm',
  entryFileNames: 'main.js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  cleanDir: true,
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
})
await bundle.close()
chmodSync(join(dist, 'main.js'), 0o755)
