import { quote } from '../../../image/quote.ts'
import type { DefinitionSource } from './found-image.ts'
import { readProject } from './read-project.ts'
import { resolveTemplate } from './resolve-template.ts'
import { isHarmless } from './shared-use.ts'
import { type Branch, type Leaf, leavesOf } from './tree.ts'

/**
 * What would be wrong if `path` had the text `after`: the service's image does not read `wanted` then, or something
 * else in the project reads otherwise than before. Null when all is well; else a sentence without its subject.
 */
export function sideEffect(
  { project, contents, service }: DefinitionSource,
  path: string,
  after: string,
  wanted: string,
): string | null {
  const changed = readProject(project, new Map(contents).set(path, { text: after }))
  const before = readProject(project, contents)
  if (
    changed.problems.length > 0 ||
    changed.missing.size > 0 ||
    changed.root === undefined ||
    before.root === undefined
  ) {
    return `cannot become ${quote(wanted)}, for the project could not be read then; write it here as plain text`
  }
  const image = JSON.stringify(['services', service, 'image'])
  const old = valuesIn(before.root)
  const values = valuesIn(changed.root)
  if (values.get(image) !== JSON.stringify(wanted)) {
    return `cannot become ${quote(wanted)} by changing one of its variables; write it here as plain text`
  }
  for (const key of new Set([...old.keys(), ...values.keys()])) {
    const keys: string[] = JSON.parse(key)
    if (key === image || old.get(key) === values.get(key) || isHarmless(keys, service)) continue
    return `cannot change alone: ${quote(keys.join('.'))} would change too; write the image of this service separately`
  }
  return null
}

/** Every path of the model, as JSON, with what stands there once variables are put in, as JSON. */
function valuesIn(root: Branch): ReadonlyMap<string, string> {
  return new Map([...leavesOf(root)].map(([path, leaf]) => [JSON.stringify(path), JSON.stringify(valueOf(leaf))]))
}

function valueOf({ value, scope }: Leaf): unknown {
  if (typeof value !== 'string') return { value }
  const resolved = resolveTemplate(value, scope)
  return 'problem' in resolved ? resolved : resolved.value
}
