import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'

/** Folder and name of every adapter that an index lists. */
const adapters = globSync('src/{registries,targets,policies,events,store}/index.ts').flatMap((index) => {
  const imports = [...readFileSync(index, 'utf8').matchAll(/^(?:import|export) (?!type ).* from '\.\/([\w-]+)/gm)]
  return imports.map(([, name = '']) => ({ folder: basename(dirname(index)), name }))
})

test('there are adapters to look for', () => {
  expect(adapters).not.toEqual([])
})

test.each(adapters)('$folder/$name has a page of its own under docs/', ({ folder, name }) => {
  expect(existsSync(`docs/${folder}/${name}.md`)).toBe(true)
})
