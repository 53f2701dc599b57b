import { existsSync, globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorTable } from '../../src/errors.ts'

test.skipIf(!existsSync('src/main.ts'))('every error code is thrown somewhere', () => {
  const sources = globSync('src/**/*.ts', { exclude: ['**/*.test.ts'] }).map((file) => readFileSync(file, 'utf8'))
  const unused = Object.keys(errorTable).filter((code) => !sources.some((text) => text.includes(`'${code}'`)))

  expect(unused).toEqual([])
})
