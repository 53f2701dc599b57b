import { existsSync, globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'

const page = readFileSync('ARCHITECTURE.md', 'utf8')
const named = [...page.matchAll(/`([^`\s]+)`/g)].map(([, text = '']) => text)
const paths = named.filter((text) => /^(src|test|scripts|docs|examples|\.ci)\//.test(text))

/** Folders whose own folders are adapters or clients, each worth a line of its own. */
const shelves = ['registries', 'targets', 'policies', 'store', 'clients']

test('ARCHITECTURE.md names only paths that exist', () => {
  expect(paths.length).toBeGreaterThan(10)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
})

test('ARCHITECTURE.md has a line for every folder of src/', () => {
  const folders = globSync(['src/*/', `src/{${shelves.join()}}/*/`]).map((folder) => `${folder.replace(/\/$/, '')}/`)

  expect(folders.length).toBeGreaterThan(5)
  expect(folders.filter((folder) => !paths.includes(folder))).toEqual([])
})

test('ARCHITECTURE.md names every import rule, and every invariant', () => {
  const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs')
  const rules: readonly string[] = forbidden.map((rule: { name: string }) => rule.name)
  const invariants = Array.from({ length: 9 }, (_, index) => `I${index + 1}`)

  expect(rules.filter((rule) => !named.includes(rule))).toEqual([])
  expect(invariants.filter((name) => !page.includes(`**${name}**`))).toEqual([])
})
