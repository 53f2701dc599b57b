import { expect, test } from 'vitest'
import { atStart } from './at-start.ts'
import { readProject } from './read-project.ts'

function rootOf(text: string) {
  const environment = { NAME: 'token' }
  const project = { files: ['/p/compose.yaml'], envFiles: [], projectDirectory: '/p', environment }
  return readProject(project, new Map([['/p/compose.yaml', { text }]])).root
}

const top = `
secrets:
  token: { environment: TOKEN }
  file: { file: ./token }
  outside: { external: true }
configs:
  written: { content: "a: 1" }
  from: { environment: FROM }
`

test.each([
  ['nothing', 'web: { image: a }', false],
  ['a secret of the environment', 'web: { secrets: [token] }', true],
  ['the same, at length', 'web: { secrets: [{ source: token, target: other }] }', true],
  ['the same, by a variable', 'web: { secrets: ["${NAME}"] }', true],
  ['a secret that is a file', 'web: { secrets: [file] }', false],
  ['a secret of the engine', 'web: { secrets: [outside] }', false],
  ['a config that is written there', 'web: { configs: [{ source: written, target: /c }] }', true],
  ['a config of the environment', 'web: { configs: [from] }', true],
  ['the socket of the engine, with credentials', 'web: { use_api_socket: true }', true],
  ['one that is not there', 'web: { configs: [none] }', false],
  ['that of another service', 'web: { image: a }\n  db: { secrets: [token] }', false],
])('%s', (_what, services, isCopied) => {
  expect(atStart(rootOf(`services:\n  ${services}\n${top}`), ['web']).isCopiedInto).toBe(isCopied)
})

test('that of any of the services', () => {
  const root = rootOf(`services:\n  web: {}\n  db: { secrets: [token], post_start: [{ command: migrate }] }\n${top}`)

  expect(atStart(root, ['web'])).toEqual({ isCopiedInto: false, isRunIn: false })
  expect(atStart(root, ['web', 'db'])).toEqual({ isCopiedInto: true, isRunIn: true })
  expect(atStart(undefined, ['web'])).toEqual({ isCopiedInto: false, isRunIn: false })
})
