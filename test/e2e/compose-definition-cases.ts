/** One project, its files by relative path, and what is asked of it. */
export interface DefinitionCase {
  readonly what: string
  readonly files: Readonly<Record<string, string>>
  /** In the order of `-f`; left out: `compose.yaml`. */
  readonly use?: readonly string[]
  readonly projectDirectory?: string
  readonly envFiles?: readonly string[]
  readonly service?: string
  /** The file that an edit has to change, where an edit is possible. */
  readonly edits: string | null
}

const base = `services:\n  base:\n    image: example/web:1.0\n`
const plain = `services:\n  web:\n    image: example/web:1.0\n`
const withText = (image: string, more = ''): string => `services:\n  web:\n    image: ${image}\n${more}`

/** Shapes in which people write the image of the service `web`. */
export const definitionCases: readonly DefinitionCase[] = [
  { what: 'a plain scalar', files: { 'compose.yaml': plain }, edits: 'compose.yaml' },
  { what: 'single quotes', files: { 'compose.yaml': withText("'example/web:1.0'") }, edits: 'compose.yaml' },
  {
    what: 'double quotes with an escape',
    files: { 'compose.yaml': withText('"example\\x2fweb:1.0"') },
    edits: 'compose.yaml',
  },
  { what: 'a folded block', files: { 'compose.yaml': withText('>-\n      example/web:1.0') }, edits: 'compose.yaml' },
  { what: 'a literal block', files: { 'compose.yaml': withText('|-\n      example/web:1.0') }, edits: 'compose.yaml' },
  {
    what: 'a value on the next line',
    files: { 'compose.yaml': withText('\n      example/web:1.0 # c') },
    edits: 'compose.yaml',
  },
  {
    what: 'a tag and an anchor',
    files: { 'compose.yaml': withText('!!str &i "example/web:1.0"') },
    edits: 'compose.yaml',
  },
  {
    what: 'CRLF and a byte order mark',
    files: { 'compose.yaml': `\uFEFF${plain.replaceAll('\n', '\r\n')}` },
    edits: 'compose.yaml',
  },
  {
    what: 'JSON with tabs',
    files: { 'compose.json': '{\n\t"services": {\n\t\t"web": {"image": "example/web:1.0"}\n\t}\n}' },
    use: ['compose.json'],
    edits: 'compose.json',
  },
  {
    what: 'explicit keys',
    files: { 'compose.yaml': 'services:\n  ? web\n  : ? image\n    : example/web:1.0\n' },
    edits: 'compose.yaml',
  },
  { what: 'an image without a tag', files: { 'compose.yaml': withText('example/web') }, edits: 'compose.yaml' },
  {
    what: 'an image with a digest',
    files: { 'compose.yaml': withText(`example/web:1.0@sha256:${'a'.repeat(64)}`) },
    edits: 'compose.yaml',
  },
  {
    what: 'a template of its own',
    files: { 'compose.yaml': `x-t: &t\n  image: example/web:1.0\n${'services:\n  web:\n    <<: *t\n'}` },
    edits: 'compose.yaml',
  },
  {
    what: 'two templates, the first of which wins',
    files: {
      'compose.yaml':
        'x-a: &a {image: "example/web:1.0"}\nx-b: &b {image: other}\nservices:\n  web:\n    <<: [*a, *b]\n',
    },
    edits: 'compose.yaml',
  },
  {
    what: 'an image of its own before a template',
    files: { 'compose.yaml': 'x-a: &a {image: other}\nservices:\n  web:\n    image: example/web:1.0\n    <<: *a\n' },
    edits: 'compose.yaml',
  },
  {
    what: 'an anchor that is set anew',
    files: {
      'compose.yaml':
        'x-i: &i other\nservices:\n  b:\n    image: *i\n  c:\n    image: &i example/web:1.0\n  web:\n    image: *i\n',
    },
    edits: null,
  },
  {
    what: 'an override file',
    files: { 'compose.yaml': withText('other'), 'o.yaml': plain },
    use: ['compose.yaml', 'o.yaml'],
    edits: 'o.yaml',
  },
  {
    what: 'an override that says nothing of the image',
    files: { 'compose.yaml': plain, 'o.yaml': 'services: {web: {image: , command: x}}' },
    use: ['compose.yaml', 'o.yaml'],
    edits: 'compose.yaml',
  },
  {
    what: '!override of the service',
    files: {
      'compose.yaml': withText('other', '    command: x\n'),
      'o.yaml': 'services: {web: !override {image: "example/web:1.0"}}',
    },
    use: ['compose.yaml', 'o.yaml'],
    edits: 'o.yaml',
  },
  {
    what: '!override that leaves no image',
    files: { 'compose.yaml': plain, 'o.yaml': 'services: {web: !override {build: .}}' },
    use: ['compose.yaml', 'o.yaml'],
    edits: null,
  },
  {
    what: '!override of the image',
    files: { 'compose.yaml': withText('other'), 'o.yaml': 'services:\n  web:\n    image: !override example/web:1.0\n' },
    use: ['compose.yaml', 'o.yaml'],
    edits: 'o.yaml',
  },
  {
    what: '!reset of the image',
    files: { 'compose.yaml': plain, 'o.yaml': 'services: {web: {image: !reset null, build: .}}' },
    use: ['compose.yaml', 'o.yaml'],
    edits: null,
  },
  {
    what: '!reset beside a template',
    files: {
      'compose.yaml': 'x-a: &a {image: "example/web:1.0"}\nservices:\n  web:\n    <<: *a\n    image: !reset null\n',
    },
    edits: 'compose.yaml',
  },
  {
    what: 'several documents',
    files: { 'compose.yaml': `${withText('other')}---\n${plain}` },
    edits: 'compose.yaml',
  },
  {
    what: 'extends in the same file',
    files: { 'compose.yaml': `${base}  web:\n    extends: base\n` },
    edits: null,
  },
  {
    what: 'extends before the base is overridden',
    files: {
      'compose.yaml': `${base}  web:\n    extends: {service: base}\n`,
      'o.yaml': 'services: {base: {image: other}}',
    },
    use: ['compose.yaml', 'o.yaml'],
    edits: 'compose.yaml',
  },
  {
    what: 'extends from another file',
    files: {
      'compose.yaml': 'services: {web: {extends: {file: sub/base.yaml, service: base}}}',
      'sub/base.yaml': base,
    },
    edits: 'sub/base.yaml',
  },
  {
    what: 'extends through a file in another folder',
    files: {
      'compose.yaml': 'services: {web: {extends: {file: sub/m.yaml, service: m}}}',
      'sub/m.yaml': 'services: {m: {extends: {file: base.yaml, service: base}}}',
      'sub/base.yaml': base,
      'base.yaml': 'services: {base: {image: wrong}}',
    },
    edits: 'sub/base.yaml',
  },
  {
    what: 'extends with a variable in the name of the file',
    files: {
      'compose.yaml': 'services: {web: {extends: {file: "${F}.yaml", service: base}}}',
      '.env': 'F=b',
      'b.yaml': base,
    },
    edits: 'b.yaml',
  },
  {
    what: 'extends and a reset of what it brings',
    files: { 'compose.yaml': `${base}  web: {extends: base, image: !reset "", build: .}\n` },
    edits: null,
  },
  {
    what: 'extends relative to the project directory',
    files: { 'sub/c.yaml': 'services: {web: {extends: {file: b.yaml, service: base}}}', 'other/b.yaml': base },
    use: ['sub/c.yaml'],
    projectDirectory: 'other',
    edits: 'other/b.yaml',
  },
  {
    what: 'include by name',
    files: { 'compose.yaml': 'include: [sub/compose.yaml]', 'sub/compose.yaml': plain },
    edits: 'sub/compose.yaml',
  },
  {
    what: 'include with an .env of its own',
    files: {
      'compose.yaml': 'include: [sub/c.yaml]',
      'sub/c.yaml': withText('"example/web:${T}"'),
      'sub/.env': 'T=1.0',
    },
    edits: 'sub/.env',
  },
  {
    what: 'include below an .env that wins',
    files: {
      'compose.yaml': 'include: [sub/c.yaml]',
      'sub/c.yaml': withText('"example/web:${T}"'),
      'sub/.env': 'T=2.0',
      '.env': 'T=1.0',
    },
    edits: '.env',
  },
  {
    what: 'include of several files with a directory and env files',
    files: {
      'compose.yaml':
        'include:\n  - path: [sub/c.yaml, sub/o.yaml]\n    project_directory: other\n    env_file: [sub/x.env, sub/y.env]\n',
      'sub/c.yaml': withText('other'),
      'sub/o.yaml': withText('"example/web:${T}"'),
      'sub/x.env': 'T=0.9',
      'sub/y.env': 'T=1.0',
      'other/.env': 'T=3',
    },
    edits: 'sub/y.env',
  },
  {
    what: 'include with the .env of another directory',
    files: {
      'compose.yaml': 'include:\n  - path: sub/c.yaml\n    project_directory: other\n',
      'sub/c.yaml': withText('"example/web:${T}"'),
      'sub/.env': 'T=3',
      'other/.env': 'T=1.0',
    },
    edits: 'other/.env',
  },
  {
    what: 'an included service overridden by a later file',
    files: { 'compose.yaml': 'include: [sub/c.yaml]', 'sub/c.yaml': withText('other'), 'o.yaml': plain },
    use: ['compose.yaml', 'o.yaml'],
    edits: 'o.yaml',
  },
  {
    what: 'a later file that includes',
    files: { 'compose.yaml': withText('other'), 'o.yaml': 'include: [sub/c.yaml]', 'sub/c.yaml': plain },
    use: ['compose.yaml', 'o.yaml'],
    edits: 'sub/c.yaml',
  },
  {
    what: 'includes in includes',
    files: {
      'compose.yaml': 'include: [sub/m.yaml]',
      'sub/m.yaml': 'include: [deep/d.yaml]',
      'sub/deep/d.yaml': withText('"example/web:${T}"'),
      'sub/.env': 'T=1.0',
    },
    edits: 'sub/.env',
  },
  { what: '${VAR}', files: { 'compose.yaml': withText('example/web:${T}'), '.env': 'T=1.0\n' }, edits: '.env' },
  {
    what: '$VAR',
    files: { 'compose.yaml': withText('example/web:$T'), '.env': 'export T = "1.0" # c\n' },
    edits: '.env',
  },
  {
    what: 'a whole image',
    files: { 'compose.yaml': withText('${I}'), '.env': "I: 'example/web:1.0'\r\nB=1\r\n" },
    edits: '.env',
  },
  {
    what: '${VAR:-x} of an empty one',
    files: { 'compose.yaml': withText('"example/web:${T:-1.0}"'), '.env': 'T=\n' },
    edits: 'compose.yaml',
  },
  { what: '${VAR-x} of none', files: { 'compose.yaml': withText('"example/web:${T-1.0}"') }, edits: 'compose.yaml' },
  {
    what: '${VAR:?e}',
    files: { 'compose.yaml': withText('"example/web:${T:?set it}"'), '.env': '#T=0\nT=0.9\nT=1.0' },
    edits: '.env',
  },
  {
    what: '${VAR:+x}',
    files: { 'compose.yaml': withText('"example/web:${T:+1.0}"'), '.env': 'T=1' },
    edits: 'compose.yaml',
  },
  { what: 'a nested default', files: { 'compose.yaml': withText('"example/web:${T:-${S:-1.0}}"') }, edits: null },
  {
    what: 'a nested default not in use',
    files: { 'compose.yaml': withText('"example/web:${T:-${S:-2}}"'), '.env': 'T=1.0' },
    edits: '.env',
  },
  {
    what: 'a value made of another',
    files: { 'compose.yaml': withText('example/web:${T}'), '.env': 'V=1\nT=${V}.0' },
    edits: null,
  },
  {
    what: 'several env files',
    files: { 'compose.yaml': withText('example/web:${T}'), 'a.env': 'T=0.9', 'b.env': 'T=1.0', '.env': 'T=0.8' },
    envFiles: ['a.env', 'b.env'],
    edits: 'b.env',
  },
  {
    what: 'a registry in a variable',
    files: { 'compose.yaml': withText('"${R}/web:1.0"'), '.env': 'R=example' },
    edits: 'compose.yaml',
  },
  {
    what: 'the name of the project',
    files: { 'compose.yaml': withText('"${COMPOSE_PROJECT_NAME}/web:1.0"') },
    edits: 'compose.yaml',
  },
  {
    what: 'a variable that labels show too',
    files: { 'compose.yaml': withText('example/web:${T}', '    labels: ["version=${T}"]\n'), '.env': 'T=1.0' },
    edits: '.env',
  },
  {
    what: 'a variable that another service reads',
    files: { 'compose.yaml': withText('example/web:${T}', '  b:\n    image: other:${T}\n'), '.env': 'T=1.0' },
    edits: null,
  },
  {
    what: 'an env file that another service is given',
    files: {
      'compose.yaml': withText('example/web:${T}', '  b:\n    image: other\n    env_file: .env\n'),
      '.env': 'T=1.0',
    },
    edits: null,
  },
  { what: 'build without an image', files: { 'compose.yaml': 'services: {web: {build: .}}' }, edits: null },
]
