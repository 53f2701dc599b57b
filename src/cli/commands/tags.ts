import { AppError } from '../../errors.ts'
import { canonicalName, parseReference } from '../../image/reference.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { count, json } from '../present.ts'

export interface TagsOptions extends GlobalOptions {
  readonly limit?: string
  readonly output: Output
}

/**
 * `longshore tags REFERENCE`: the tags of its repository, in the registry's order, asked now. Policies put them in
 * order (`longshore explain --image`).
 */
export async function runTags(doors: Doors, text: string, options: TagsOptions): Promise<ExitCode> {
  const { registry, repository } = parseReference(text)
  const limit = options.limit === undefined ? null : readLimit(options.limit)
  const { app, close } = await doors.openApp({ ...options, access: 'reader' })
  try {
    const tags = await app.registryFor(registry).listTags({ registry, repository }, doors.stop)
    // Most registries list the oldest first.
    const shown = limit === null ? tags : tags.slice(-limit)
    if (options.output === 'json') {
      doors.print(json({ repository: canonicalName({ registry, repository }), total: tags.length, tags: shown }))
    } else {
      if (shown.length > 0) doors.print(shown.join('\n'))
      if (shown.length < tags.length || tags.length === 0)
        doors.tell(`${shown.length} of ${count(tags.length, 'tag')}\n`)
    }
    return 0
  } finally {
    await close()
  }
}

function readLimit(text: string): number {
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit > 0) return limit
  throw new AppError('CLI_USAGE', `--limit takes a whole number from 1 on, not "${text}"`)
}
