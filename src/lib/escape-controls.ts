/**
 * Writes every character that a terminal would obey rather than show as its `\u` escape, line breaks and tabs excepted:
 * control characters, and those that turn the direction of the text or hide in it.
 * In JSON the escapes read back as the same text.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeUnit(character.charCodeAt(at))).join(''),
  )
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
