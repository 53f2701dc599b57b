/** Numbers of a Compose version, most significant first. */
export type ComposeVersion = readonly [major: number, minor: number, patch: number]

/**
 * From here on `config --hash` gives what `up` writes on containers: before 2.23.0 the two differed for services with
 * `depends_on` or a default platform (docker/compose#10907), and 2.23.0 prints no hash (docker/compose#11145).
 * Several `--env-file` (2.17.3) and the global `--dry-run` and `--progress` (by 2.20) are older.
 */
export const versionMin: ComposeVersion = [2, 23, 1]

/** Reads what `version --short` prints: `2.26.1`, `v2.26.1`, `2.26.1-4` as Debian has it, `2.24.0-desktop.1`. */
export function parseComposeVersion(text: string): ComposeVersion | null {
  const [, major, minor, patch = '0'] = /^v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?![\d.])/.exec(text.trim()) ?? []
  return major === undefined || minor === undefined ? null : [Number(major), Number(minor), Number(patch)]
}

export function isOldVersion(version: ComposeVersion): boolean {
  for (const [at, wanted] of versionMin.entries()) {
    const number = version[at] ?? 0
    if (number !== wanted) return number < wanted
  }
  return false
}
