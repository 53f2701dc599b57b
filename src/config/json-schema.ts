import { z } from 'zod'
import type { Path } from './problem.ts'
import { configSchema } from './schema.ts'

/** As zod writes it. */
export type JsonSchema = z.core.JSONSchema.BaseSchema

/** JSON Schema of the file as people write it; draft 7, because editors know that one best. */
export function configJsonSchema(): JsonSchema {
  return {
    title: 'Configuration of longshore',
    ...z.toJSONSchema(configSchema, {
      io: 'input',
      target: 'draft-07',
      override: ({ jsonSchema }) => {
        // The pattern holds for what `${VAR}` becomes.
        if (jsonSchema.pattern !== undefined) jsonSchema.pattern += String.raw`|\$\{`
        if (jsonSchema['orOne'] === true) allowOne(jsonSchema)
      },
    }),
  }
}

/** A list whose only entry may stand without the list around it: the words for mappings leave lists alone, and the reverse. */
function allowOne(schema: JsonSchema): void {
  delete schema['orOne']
  const { items } = schema
  if (typeof items !== 'object' || Array.isArray(items)) return
  const { properties, required, additionalProperties } = items
  Object.assign(schema, { type: ['array', 'object'], properties, required, additionalProperties })
}

/** Gives the names of the keys that the mapping at a path may have; none where there is no mapping. */
export function createKnownKeys(): (path: Path) => readonly string[] {
  const schema = configJsonSchema()
  return (path) => {
    const found = path.reduce<unknown>(
      (node, part) => (typeof part === 'number' ? field(node, 'items') : field(field(node, 'properties'), part)),
      schema,
    )
    return Object.keys(field(found, 'properties') ?? {})
  }
}

function field(schema: unknown, key: string): object | null {
  if (typeof schema !== 'object' || schema === null || !Object.hasOwn(schema, key)) return null
  const value: unknown = Reflect.get(schema, key)
  return typeof value === 'object' ? value : null
}
