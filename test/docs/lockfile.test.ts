import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('package-lock.json names no download address, so that any registry can serve it', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const entries: readonly [string, { resolved?: string; integrity?: string }][] = Object.entries(packages)
  const downloads = entries.filter(([path]) => path.startsWith('node_modules/'))

  expect(downloads.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([])
  expect(downloads.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path)).toEqual([])
})
