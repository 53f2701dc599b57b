import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { bundleForRelease } from '../../scripts/release-bundle.ts'

const root = join(import.meta.dirname, '../..')

/**
 * Bundles the command, and those that tests stop at moments of its journals, as the release is bundled.
 * @param folder private to this run
 * @returns folder of `main.js`, `observed.js` and `crash-child.js`
 */
export async function bundleProgram(folder: string): Promise<string> {
  const dir = join(folder, 'program/dist')
  const scripts = {
    main: join(root, 'src/main.ts'),
    observed: join(root, 'test/e2e/stage/observed.ts'),
    'crash-child': join(root, 'test/e2e/crash-child.ts'),
  }
  await bundleForRelease({ scripts, cwd: root, dir })
  // Its version is read from beside the folder, as in the package.
  cpSync(join(root, 'package.json'), join(folder, 'program/package.json'))
  return dir
}
