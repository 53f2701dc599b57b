import type { Part, VariablePart } from './resolve-template.ts'

/** Why none of these parts can be changed; null when one can. A sentence without its subject. */
export function obstacleOf(writers: readonly Part[]): string | null {
  const obstacles = writers.map((part) => (part.kind === 'text' ? null : partObstacle(part)))
  return obstacles.includes(null) ? null : (obstacles[0] ?? null)
}

/** Why the value of a variable cannot be changed; null when it can. A sentence without its subject. */
function partObstacle({ name, decider }: VariablePart): string | null {
  if (decider.kind === 'nowhere') {
    return `reads the variable ${name}, which no env file sets; set it in .env, or write a default as in \${${name}:-1.0}`
  }
  if (decider.kind === 'environment') {
    return `reads the variable ${name} from the environment of docker compose; set it in .env, or write the tag here`
  }
  if (!decider.hasVariables) return null
  if (decider.kind === 'operand') {
    return `reads \${${name}} with another variable as its default; write the default as plain text`
  }
  const at = `${decider.place.path}:${decider.line}`
  return `reads the variable ${name}, whose value at ${at} is made of other variables; write it there as plain text`
}

/** The parts in which the tag stands, with a digest after it; without a tag the one behind which it would. */
export function tagParts(parts: readonly Part[], value: string): readonly Part[] {
  const at = value.indexOf('@')
  const name = at < 0 ? value : value.slice(0, at)
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  if (colon < 0) return [parts.findLast((part) => part.value !== '') ?? parts[0]].filter((part) => part !== undefined)
  let start = 0
  const writers = parts.filter((part) => {
    const end = start + part.value.length
    const isWriter = end > colon + 1 || (part.kind === 'variable' && start > colon)
    start = end
    return isWriter
  })
  return writers.length > 0 ? writers : parts.slice(-1)
}
