import type { JsonSchema } from '../src/config/json-schema.ts'
import { environmentKeys, fileVariable, otherKeys } from '../src/config/environment.ts'

/** Markdown of docs/configuration.md: an example, then every key with its values and default. */
export function configReference(schema: JsonSchema, example: string): string {
  return `# Configuration

Without any configuration, longshore watches the labelled workloads of the local engine. A file is read when
\`--config\` or \`${fileVariable}\` names one, or when \`/etc/longshore/longshore.yml\` exists; never from the working
directory. It is YAML or JSON, and [config.schema.json](config.schema.json) describes it to editors.

\`\`\`yaml
${example.trim()}
\`\`\`

## Rules of the file

- Unknown keys, keys that stand twice and wrong values are errors. All are shown at once, each with its line.
- A key without a value counts as not written.
- A duration is a whole number with a unit: \`500ms\`, \`30s\`, \`5m\`, \`1h\`, \`2d\`, \`1w\`.
- A file that group or others may write is refused, and one in a folder where everybody could swap it.
- In values, \`\${VAR}\` is replaced by a variable of the environment, \`\${VAR:-default}\` by the default when it is not
  set or empty, and \`\${file:/run/secrets/x}\` by the contents of a file without the line break at its end. \`$$\` is
  a dollar sign. What is missing is an error. Passwords never appear in any output, wherever they came from.

## Environment

Variables are stronger than the file, an empty one counts as not set, and a \`LONGSHORE_\` variable that is neither in this
table nor read by the file is an error.

| variable | sets |
|---|---|
| \`${fileVariable}\` | the file to read |
${Object.entries({ ...environmentKeys, ...otherKeys })
  .map(([name, path]) => `| \`${name}\` | \`${path.join('.')}\` |`)
  .join('\n')}

## Labels

Labels of a workload beat the first rule that matches it, and that rule beats \`defaults\`. An unknown label under
\`longshore.\`, or one with a wrong value, holds the workload until it is corrected.

| label | values |
|---|---|
| \`longshore.watch\` | \`true\`, \`false\` |
| \`longshore.policy\` | as \`policy\`, its mapping as JSON |
| \`longshore.tags\` | globs and \`/regexes/\`, parted by commas or as a JSON list: the \`include\` of the policy |
| \`longshore.min-age\` | as \`minAge\` of the policy |
| \`longshore.mode\` | as \`mode\` |
| \`longshore.order\` | as \`order\` |
| \`longshore.gate.stable\`, \`longshore.gate.min-uptime\`, \`longshore.gate.deadline\` | as the keys of \`gate\` |
| \`longshore.keep-old\` | as \`keepOld\` |
| \`longshore.stopped\` | as \`stopped\` |
| \`longshore.auto-remove\` | as \`autoRemove\` |
| \`longshore.jobs\` | as \`jobs\` |
| \`registry-docker-updater\` | \`true\`: as \`longshore.watch=true\` |

No label sets a probe of the gate or a hook: none ever becomes a command or an address.

## Keys

${table(schema, '')}
`
}

function table(schema: JsonSchema, prefix: string): string {
  const rows = rowsOf(schema, prefix)
  return ['| key | values | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

function rowsOf(schema: JsonSchema, prefix: string): readonly string[] {
  const required = schema.required ?? []
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    if (typeof child === 'boolean') return []
    const key = `${prefix}${name}`
    const fallback = required.includes(name) ? 'required' : code(defaultText(child))
    const row = `| \`${key}\` | ${values(child)} | ${fallback} | ${escape(child.description ?? '')} |`
    const items = typeof child.items === 'object' && !Array.isArray(child.items) ? child.items : {}
    // What may be a list or one of its entries has the keys of an entry twice.
    const own = Array.isArray(child.type) ? {} : child
    return [row, ...rowsOf(own, `${key}.`), ...rowsOf(items, `${key}[].`)]
  })
}

function values(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(', ')
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => values(each)).join(', ')
  if (Array.isArray(schema.type)) return 'list, mapping'
  if (schema.type === 'array') return 'list'
  if (schema.type === 'object') return 'mapping'
  if (schema.type === 'integer') return `${schema.minimum} to ${schema.maximum}`
  if (schema.type === 'boolean') return '`true`, `false`'
  return schema.pattern?.includes('(ms|s|m|h|d|w)') === true ? 'duration' : 'text'
}

/** The defaults of a mapping are those of its keys. */
function defaultText(schema: JsonSchema): string {
  if (schema.default === undefined || schema.type === 'object') return ''
  return typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default)
}

const code = (text: string): string => (text === '' ? '' : `\`${escape(text)}\``)
const escape = (text: string): string => text.replaceAll('|', String.raw`\|`)
