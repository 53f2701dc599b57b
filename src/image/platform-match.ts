import type { Platform } from './platform.ts'
import { formatPlatform, normalizePlatform } from './platform.ts'

/** Whether a host of platform `wanted` runs an image of platform `offered`. A platform `unknown` runs nothing. */
export function matchesPlatform(wanted: Platform, offered: Platform): boolean {
  return choosePlatform(wanted, [offered]) !== null
}

/**
 * The one of `offered` that a host of platform `wanted` runs best, as engines choose it when they pull: the same
 * variant, else the next lower, else the older architecture. Of equals the first.
 */
export function choosePlatform(wanted: Platform, offered: readonly Platform[]): Platform | null {
  const names = offered.map((platform) => formatPlatform(normalizePlatform(platform)))
  const best = runnable(normalizePlatform(wanted)).find((platform) => names.includes(formatPlatform(platform)))
  return best === undefined ? null : (offered[names.indexOf(formatPlatform(best))] ?? null)
}

/**
 * Normalised platforms that a host runs, best first.
 * @see containerd/platforms compare.go, platformVector
 */
function runnable(host: Platform): readonly Platform[] {
  if (host.os === 'unknown' || host.architecture === 'unknown') return []
  switch (host.architecture) {
    case 'amd64':
      return [host, ...withVariants(host, 'amd64', amd64Below(host.variant)), ...withVariants(host, '386', [null])]
    case 'arm':
      return [host, ...withVariants(host, 'arm', armBelow(host.variant))]
    case 'arm64':
      return [
        host,
        ...withVariants(host, 'arm64', arm64Below(host.variant)),
        ...withVariants(host, 'arm', ['v8', ...armBelow('v8')]),
      ]
    default:
      return [host]
  }
}

function withVariants({ os }: Platform, architecture: string, variants: readonly (string | null)[]): Platform[] {
  return variants.map((variant) => normalizePlatform({ os, architecture, variant }))
}

function amd64Below(variant: string | null): readonly string[] {
  return countDown(level(variant) - 1, 1).map((number) => `v${number}`)
}

function armBelow(variant: string | null): readonly string[] {
  return countDown(level(variant) - 1, 5).map((number) => `v${number}`)
}

/** v9.0 left the line of v8 at v8.5, so v9.x runs v8.(x + 5) and what is below that. */
function arm64Below(variant: string | null): readonly string[] {
  const [, major, minorText] = /^v([89])(?:\.([0-9]))?$/.exec(variant ?? 'v8') ?? []
  if (major === undefined) return []
  const minor = Number(minorText ?? 0)
  const sameMajor = countDown(minor - 1, 0).map((number) => `v${major}.${number}`)
  return major === '8' ? sameMajor : [...sameMajor, ...countDown(minor + 5, 0).map((number) => `v8.${number}`)]
}

/** The number in `v1` to `v9`; 0 for anything else, which then has nothing below it. */
function level(variant: string | null): number {
  return Number(/^v([1-9])$/.exec(variant ?? '')?.[1] ?? 0)
}

/** Whole numbers from `from` down to `to`, both included; empty when `from` is below `to`. */
function countDown(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => from - index)
}
