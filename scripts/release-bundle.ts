import { dirname, resolve } from 'node:path'
import { rolldown, type Plugin } from 'rolldown'

/** What of a bundle has to be said. */
interface Bundling {
  /** Scripts that the bundle begins with, by the names that they get in its folder, without `.js`. */
  readonly scripts: Readonly<Record<string, string>>
  readonly cwd: string
  /** Folder for it; emptied first. */
  readonly dir: string
}

/**
 * Bundles as the release is: one file for what is always needed, and a chunk for each part that is loaded when it is
 * needed. 500 small modules would cost a third of the memory budget and 100 ms at each start
 * (docs/decisions/0003-bundled-release.md).
 */
export async function bundleForRelease({ scripts, cwd, dir }: Bundling): Promise<void> {
  const bundle = await rolldown({ input: scripts, platform: 'node', cwd, plugins: [threads, inAscii] })
  await bundle.write({
    dir,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    cleanDir: true,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  })
  await bundle.close()
}

/** A script that runs on a thread of its own is a chunk by itself; its address is what names it here. */
const threads: Plugin = {
  name: 'threads',
  transform(code, importer) {
    return code.replace(/new URL\(('\.\/[\w-]+-thread\.ts'), import\.meta\.url\)/g, (_address, file: string) => {
      const id = resolve(dirname(importer), file.slice(1, -1))
      return `new URL(import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'chunk', id })})`
    })
  },
}

/** V8 keeps a source twice as large from the first character on that Latin-1 does not have: 1.5 MB at rest. */
const inAscii = {
  name: 'in-ascii',
  generateBundle(_options: unknown, output: Readonly<Record<string, { type: string; code?: string }>>): void {
    for (const chunk of Object.values(output)) {
      if (chunk.code !== undefined) chunk.code = chunk.code.replace(/(?<!\\)[^\0-\x7f]/g, escaped)
    }
  },
}

/** Each half of a pair by itself. What is not ASCII stands in texts and patterns alone, which read it the same. */
const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
