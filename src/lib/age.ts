const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** A length of time as people say it, in its largest whole unit: `42 s`, `5 min`, `3 h`, `12 d`. Below zero reads as `0 s`. */
export function formatAge(ms: number): string {
  const [unit, size] = units.find(([, each]) => ms >= each) ?? ['s', 1000]
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`
}
