import type { ErrorCode, LineCounter, YAMLError } from 'yaml'
import type { Problem } from './problem.ts'

const sentences: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'a tab is used to indent; YAML allows only spaces',
  BAD_INDENT: 'the indentation does not fit the lines above, or a bracket is not closed',
  MISSING_CHAR: 'something is not closed, or a colon or comma is missing',
  BLOCK_AS_IMPLICIT_KEY: 'there are two keys on one line, or a value with ": " that is not in quotes',
  MULTILINE_IMPLICIT_KEY: 'a key has no colon, or the line belongs further to the right',
  BAD_SCALAR_START: 'a value begins with a character that has to be in quotes (one of @ ` %)',
  BAD_DQ_ESCAPE: 'there is an unknown escape after a backslash; single quotes take it as it is',
  MULTIPLE_DOCS: 'a second document begins; one file holds one',
  NON_STRING_KEY: 'a list or mapping cannot be a key',
  TAG_RESOLVE_FAILED: 'there is a tag after "!"; put the value in quotes if it is not meant as one',
  BAD_ALIAS: 'there is a wrong alias after "*"; put the value in quotes if it is not meant as one',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
}

/** What the YAML parser found, in our words: its own may repeat a piece of the file, and so a password. */
export function syntaxProblem(error: YAMLError, counter: LineCounter): Problem {
  return {
    line: counter.linePos(error.pos[0]).line,
    where: '',
    sentence: sentences[error.code] ?? `this is not YAML (${error.code})`,
  }
}
