import { resolve } from 'node:path'
import { quote } from '../../../image/quote.ts'
import type { DefinitionSource } from './found-image.ts'
import { type Part, resolveTemplate } from './resolve-template.ts'
import { isSamePlace, lineAt, type Place } from './place.ts'
import { type Branch, type KeyPath, type Leaf, leavesOf } from './tree.ts'

/** Where a service may well show its own tag: changing these along with the image is what its author meant. */
const ownSections = new Set(['environment', 'labels', 'annotations', 'env_file'])

/**
 * What else would change along with all of these parts of the image: an anchor, an extended service, a variable or an env file that others
 * use too. Null when nothing would; else a sentence without file and line that names them.
 */
export function sharedUse(
  root: Branch,
  source: DefinitionSource,
  image: Leaf,
  writers: readonly Part[],
): string | null {
  const places = writers.map((part) => placeToEdit(part, image))
  const users = [...leavesOf(root)]
    .filter(([path]) => !isImageItself(path, source.service) && !isHarmless(path, source.service))
    .map(([path, leaf]) => ({ path, leaf, hit: places.filter((place) => hangsOn(leaf, path, place)) }))
    .filter(({ hit }) => hit.length > 0)
  const isEachShared = places.every((place) => users.some(({ hit }) => hit.includes(place)))
  if (users.length === 0 || !isEachShared) return null

  const where = users.map(({ path, leaf }) => `${describe(path)} (${leaf.place.path}:${lineOf(leaf, source)})`)
  const what = isSamePlace(places[0] ?? image.place, image.place) ? 'this text' : variableNames(writers)
  const shown = [...new Set(where)].slice(0, 5).join(', ')
  return `cannot change alone: ${what} also decides ${shown}; write its image separately`
}

/** The scalar itself, or the value of a line of an env file. */
function placeToEdit(part: Part, image: Leaf): Place {
  return part.kind === 'variable' && part.decider.kind === 'line' ? part.decider.place : image.place
}

function hangsOn(leaf: Leaf, path: KeyPath, place: Place): boolean {
  if (isSamePlace(leaf.place, place)) return true
  if (typeof leaf.value !== 'string') return false
  const resolved = resolveTemplate(leaf.value, leaf.scope)
  if ('problem' in resolved) return false
  if (resolved.uses.some((use) => isSamePlace(use.place, place))) return true
  const isEnvFile = path[0] === 'services' && path[2] === 'env_file' && path.at(-1) !== 'required'
  return isEnvFile && resolve(leaf.directory, resolved.value) === place.path
}

function isImageItself(path: KeyPath, service: string): boolean {
  return path.length === 3 && path[0] === 'services' && path[1] === service && path[2] === 'image'
}

/** Whether a change at this path of the model may go along with that of the image. */
export function isHarmless([section, name, key]: KeyPath, service: string): boolean {
  if (section?.startsWith('x-') === true) return true
  return section === 'services' && name === service && key !== undefined && ownSections.has(key)
}

function describe([section, name, ...rest]: KeyPath): string {
  return section === 'services' && name !== undefined
    ? `${rest.join('.')} of service ${quote(name)}`
    : [section, name, ...rest].filter((key) => key !== undefined).join('.')
}

function variableNames(parts: readonly Part[]): string {
  const names = parts.flatMap((part) => (part.kind === 'variable' ? [part.name] : []))
  return `the variable ${names.join(' and ')}`
}

function lineOf({ place }: Leaf, { contents }: DefinitionSource): number {
  const content = contents.get(place.path)
  return content !== undefined && content !== null && 'text' in content ? lineAt(content.text, place.start) : 1
}
