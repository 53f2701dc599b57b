import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { Platform } from './platform.ts'
import { formatPlatform, isPlatform, normalizePlatform, parsePlatform } from './platform.ts'

/** Facts from the test tables of containerd/platforms. */
describe('reads and normalises', () => {
  test.each([
    ['linux/amd64', 'linux/amd64'],
    ['Linux/x86_64', 'linux/amd64'],
    ['linux/x86-64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/V3', 'linux/amd64/v3'],
    ['linux/i386', 'linux/386'],
    ['linux/i386/v6', 'linux/386'],
    ['linux/386', 'linux/386'],
    ['linux/arm64', 'linux/arm64'],
    ['linux/Aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm64/8', 'linux/arm64'],
    ['linux/arm64/v8.0', 'linux/arm64'],
    ['linux/arm64/v8.1', 'linux/arm64/v8.1'],
    ['linux/arm64/9', 'linux/arm64/v9'],
    ['linux/arm64/v9.0', 'linux/arm64/v9'],
    ['linux/arm64/v9.2', 'linux/arm64/v9.2'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm/7', 'linux/arm/v7'],
    ['linux/arm/5', 'linux/arm/v5'],
    ['linux/arm/v6', 'linux/arm/v6'],
    ['linux/armhf', 'linux/arm/v7'],
    ['linux/armhf/v6', 'linux/arm/v7'],
    ['linux/armel', 'linux/arm/v6'],
    ['linux/s390x', 'linux/s390x'],
    ['linux/mips64le/hardfloat', 'linux/mips64le/hardfloat'],
    ['macOS/arm64', 'darwin/arm64'],
    ['unknown/unknown', 'unknown/unknown'],
  ])('%s as %s', (text, normalized) => {
    expect(formatPlatform(parsePlatform(text))).toBe(normalized)
  })
})

test('reads an empty variant, as engines report it, as none', () => {
  expect(normalizePlatform({ os: 'linux', architecture: 's390x', variant: '' }).variant).toBeNull()
})

test.each([
  ['nothing', ''],
  ['an operating system alone', 'linux'],
  ['an architecture alone', 'arm64'],
  ['a slash in front', '/linux/arm'],
  ['a slash at the end', 'linux/arm/'],
  ['four parts', 'linux/arm/v7/x'],
  ['many parts', 'linux/'.repeat(1000)],
  ['a blank', 'linux /arm'],
  ['another character', 'linux/&arm'],
  ['a wildcard', 'linux/*'],
  ['a version of the operating system', 'windows(10.0.17763)/amd64'],
  ['a part of 65 characters', `linux/${'a'.repeat(65)}`],
  ['a letter that lower-cases into ASCII', 'linux/mips\u212a'],
])('refuses %s', (_what, text) => {
  expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'PLATFORM_INVALID' }))
})

const field = fc.oneof(
  fc.constantFrom('linux', 'macos', 'amd64', 'x86_64', 'arm', 'armhf', 'arm64', 'v1', 'v7', '8', 'v8', '9.0', '386'),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,8}$/),
)

test('normalises once and for all, and reads back what it prints', () => {
  fc.assert(
    fc.property(field, field, fc.option(field), (os, architecture, variant) => {
      const normalized = normalizePlatform({ os, architecture, variant })

      expect(normalizePlatform(normalized)).toEqual(normalized)
      expect(parsePlatform(formatPlatform(normalized))).toEqual(normalized)
    }),
    { numRuns: 500 },
  )
})

test('reads any text, or refuses it with PLATFORM_INVALID', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(field).map((parts) => parts.join('/')),
      ),
      (text) => {
        const platform = tryParse(text)

        if (platform !== null) expect(isPlatform(platform)).toBe(true)
      },
    ),
  )
})

function tryParse(text: string): Platform | null {
  try {
    return parsePlatform(text)
  } catch (error) {
    if (error instanceof AppError && error.code === 'PLATFORM_INVALID') return null
    throw error
  }
}
