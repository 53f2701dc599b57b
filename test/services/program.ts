import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { bundleForRelease } from '../../scripts/release-bundle.ts'

const root = join(import.meta.dirname, '../..')

/**
 * Bundles the command, and the one that tests stop at each moment, as the release is bundled.
 * @param folder private to this run
 * @returns folder of `main.js` and `observed.js`
 */
export async function bundleProgram(folder: string): Promise<string> {
  const dir = join(folder, 'program/dist')
  const observed = join(root, 'test/e2e/stage/observed.ts')
  await bundleForRelease({ scripts: { main: join(root, 'src/main.ts'), observed }, cwd: root, dir })
  // Its version is read from beside the folder, as in the package.
  cpSync(join(root, 'package.json'), join(folder, 'program/package.json'))
  return dir
}
