import type { Place } from './place.ts'

/** A variable set in the environment that `docker compose` itself is run with. */
export interface EnvironmentDefinition {
  readonly kind: 'environment'
  readonly name: string
  readonly value: string
}

/** A variable set by a line of an env file. */
export interface LineDefinition {
  readonly kind: 'line'
  readonly name: string
  readonly value: string
  /** Of the value, inside its quotes. */
  readonly place: Place
  readonly line: number
  /** Whether the value itself is written with variables. */
  readonly hasVariables: boolean
  /** The other lines that the value hangs on. */
  readonly uses: readonly LineDefinition[]
}

export type Definition = EnvironmentDefinition | LineDefinition

/** Where a variable is set; undefined when nowhere. */
export type Scope = (name: string) => Definition | undefined

/** Variables that are set for `docker compose` itself: they win over every env file. */
export function environmentScope(environment: Readonly<Record<string, string>>): Scope {
  return (name) => {
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined
    return value === undefined ? undefined : { kind: 'environment', name, value }
  }
}
