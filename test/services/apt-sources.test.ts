import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeSources } from './apt-sources.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-apt-'))
  mkdirSync(join(folder, 'sources.list.d'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, ...lines: string[]): void => writeFileSync(join(folder, name), lines.join('\n'))

const mirrored = [
  'URIs: http://mirror.example/debian',
  'Components: main',
  'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
  'Types: deb',
]

test('takes trixie from the mirror of a deb822 source, and nothing from others', () => {
  write(
    'sources.list.d/debian.sources',
    'Types: deb deb-src',
    '# a comment',
    'URIs: http://mirror.example/debian',
    'Suites: bookworm bookworm-updates',
    'Components: main',
    'Signed-By:',
    ' /usr/share/keyrings/debian-archive-keyring.gpg',
  )
  write('sources.list.d/other.sources', 'Types: deb', 'URIs: https://other.example', 'Suites: any', 'Components: main')

  const stanzas = describeSources(folder, 'bookworm')?.split('\n\n')

  expect(stanzas?.map((text) => text.trim().split('\n').toSorted())).toEqual([
    [...mirrored, 'Suites: bookworm bookworm-updates'].toSorted(),
    [...mirrored, 'Suites: trixie'].toSorted(),
  ])
})

test('reads one-line sources too', () => {
  const signed = '[ arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg ]'
  write(
    'sources.list',
    '# deb http://no.example/debian bookworm main',
    `deb ${signed} http://mirror.example/debian bookworm main contrib`,
  )

  const stanzas = describeSources(folder, 'bookworm')?.split('\n\n')

  expect(stanzas?.[1]?.trim().split('\n').toSorted()).toEqual([...mirrored, 'Suites: trixie'].toSorted())
})

test.each([
  { what: 'without sources', lines: [] },
  { what: 'of another distribution', lines: ['deb http://archive.example/ubuntu bookworm main'] },
  { what: 'whose only source is switched off', lines: ['# deb http://mirror.example/debian bookworm main'] },
])('gives up on a machine $what', ({ lines }) => {
  write('sources.list', ...lines)

  expect(describeSources(folder, 'bookworm')).toBeUndefined()
})
