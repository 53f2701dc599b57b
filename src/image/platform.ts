import { AppError } from '../errors.ts'
import { quote } from './quote.ts'

/** What an image runs on, without the version of the operating system (Windows). */
export interface Platform {
  readonly os: string
  readonly architecture: string
  /** Null for none, and once normalised for the usual one: `v8` of arm64, `v1` of amd64. */
  readonly variant: string | null
}

const part = /^[A-Za-z0-9_.-]{1,64}$/

/**
 * Reads `os/architecture[/variant]` and normalises it. Nothing is filled in from the machine that we run on.
 * @throws PLATFORM_INVALID
 */
export function parsePlatform(text: string): Platform {
  const [os = '', architecture = '', variant = null, ...rest] = text.split('/', 4)
  const platform = { os, architecture, variant }
  if (!isPlatform(platform) || rest.length > 0) {
    throw new AppError('PLATFORM_INVALID', `${quote(text)} is not a platform`)
  }
  return normalizePlatform(platform)
}

/** Whether every field has only characters that a platform may have. */
export function isPlatform({ os, architecture, variant }: Platform): boolean {
  return [os, architecture, variant ?? 'none'].every((text) => part.test(text))
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return variant === null ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`
}

/**
 * The one way of writing a platform that has several. Changes nothing the second time.
 * @see containerd/platforms database.go
 */
export function normalizePlatform(platform: Platform): Platform {
  const os = platform.os.toLowerCase()
  return {
    os: os === 'macos' ? 'darwin' : os,
    ...normalizeArchitecture(platform.architecture.toLowerCase(), platform.variant?.toLowerCase() || null),
  }
}

function normalizeArchitecture(architecture: string, variant: string | null): Omit<Platform, 'os'> {
  switch (architecture) {
    case 'i386':
      return { architecture: '386', variant: null }
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { architecture: 'amd64', variant: variant === 'v1' ? null : variant }
    case 'aarch64':
    case 'arm64':
      return { architecture: 'arm64', variant: normalizeArm64Variant(variant) }
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' }
    case 'armel':
      return { architecture: 'arm', variant: 'v6' }
    case 'arm':
      return { architecture: 'arm', variant: (variant ?? 'v7').replace(/^(?=[5-8]$)/, 'v') }
    default:
      return { architecture, variant }
  }
}

function normalizeArm64Variant(variant: string | null): string | null {
  if (variant === null || /^v?8(\.0)?$/.test(variant)) return null
  return /^v?9(\.0)?$/.test(variant) ? 'v9' : variant
}
