import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assumptionsIn, readAssumptions } from './assumptions.ts'

test.each([
  ['// Assumed of GitLab: one line.\nconst a = 1', 'GitLab', 'one line.'],
  ['  // Assumed of GitLab: two\n  // lines.\n  const a = 1', 'GitLab', 'two lines.'],
  ['/**\n * First.\n *\n * Assumed of Docker Hub: two\n * lines.\n *\n * @see x\n */', 'Docker Hub', 'two lines.'],
  ['/**\n * Assumed of Docker Hub: up to a tag.\n * @see x\n */', 'Docker Hub', 'up to a tag.'],
  ['/** Assumed of Amazon ECR: all in one. */', 'Amazon ECR', 'all in one.'],
  [
    '/**\n * Assumed of Harbor: to the end of\n * the comment.\n */\nconst a = 1',
    'Harbor',
    'to the end of the comment.',
  ],
])('reads %j', (text, vendor, sentence) => {
  expect(assumptionsIn(text, 'src/a.ts')).toEqual([{ vendor, sentence, path: 'src/a.ts' }])
})

test('two in one comment are two', () => {
  expect(assumptionsIn('// Assumed of A: one.\n// Assumed of B: two.', 'a')).toHaveLength(2)
})

test('every vendor that nobody could ask has some, and its page leads to them', async () => {
  const pages = {
    'docker-hub': 'Docker Hub',
    ecr: 'Amazon ECR',
    gar: 'Google Artifact Registry',
    gitlab: 'GitLab',
    harbor: 'Harbor',
  }
  const vendors = new Set((await readAssumptions()).map(({ vendor }) => vendor))

  for (const [kind, vendor] of Object.entries(pages)) {
    expect(vendors).toContain(vendor)
    const page = await readFile(join(import.meta.dirname, `../docs/registries/${kind}.md`), 'utf8')
    expect(page).toContain('(assumptions.md)')
  }
})
