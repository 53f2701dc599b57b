/** A line of Compose's log: with a terminal `WARN[0000] text`, without `time="…" level=warning msg="…"`. */
const warningLine = /^(?:WARN\[\d+\]|time="[^"]*" level=(?:warning|info|debug)) ?/

/** Everything on the error output that is not a warning, trimmed and without empty lines. */
export function withoutWarnings(stderr: string): readonly string[] {
  return stderr
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !warningLine.test(line))
}

/** Names of the variables that the files use and nothing sets, sorted; Compose reads them as empty. */
export function unsetVariables(stderr: string): readonly string[] {
  const names = stderr.matchAll(/The \\?"(\w+)\\?" variable is not set/g)
  return [...new Set([...names].map(([, name = '']) => name))].toSorted()
}
