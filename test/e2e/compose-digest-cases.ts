import type { ProjectSettings } from './stage/compose-project.ts'

/** A way to bring a service up that a digest-only move has to leave as it is. */
export interface DigestCase {
  readonly title: string
  /** As `writeFiles` takes them. */
  readonly files: Readonly<Record<string, string>>
  readonly settings?: Pick<ProjectSettings, 'options'>
  /** What its owner adds to `up`. */
  readonly up?: readonly string[]
}

const plain = 'services:\n  web:\n    image: <image>\n    <watch>\n'
const db = '  db:\n    image: <db-image>\n'

export const digestCases: readonly DigestCase[] = [
  { title: 'with nothing else', files: { 'compose.yaml': plain } },
  { title: 'with pull_policy: always', files: { 'compose.yaml': `${plain}    pull_policy: always\n` } },
  {
    title: 'that depends on one which is healthy',
    files: {
      'compose.yaml': `${plain}    depends_on: { db: { condition: service_healthy } }
${db}    healthcheck: { test: ["CMD", "true"], interval: 500ms }
`,
    },
  },
  {
    title: 'that depends on a job which ended',
    files: {
      'compose.yaml': `${plain}    depends_on:
      db: { condition: service_started }
      job: { condition: service_completed_successfully }
${db}  job:
    image: <db-image>
    command: ["true"]
`,
    },
  },
  {
    title: 'that depends on a job which ended, and has a secret and a config that are no files',
    files: {
      'compose.yaml': `${plain.replace('<watch>', 'labels: { longshore.watch: "true", longshore.order: stop-first }')}    depends_on: { job: { condition: service_completed_successfully } }
    secrets: [token]
    configs: [{ source: motd, target: /motd }]
    healthcheck: { test: ["CMD", "test", "-s", "/run/secrets/token", "-a", "-s", "/motd"], interval: 500ms }
  job:
    image: <db-image>
    command: ["true"]
secrets: { token: { environment: TOKEN } }
configs: { motd: { content: good day } }
`,
      '.env': 'TOKEN=letter\n',
    },
  },
  {
    title: 'on networks with aliases, with named and anonymous volumes',
    files: {
      'compose.yaml': `${plain}    networks:
      front: { aliases: [shop, store] }
      back: {}
    volumes: ["data:/named", "/anonymous"]
networks: { front: {}, back: {} }
volumes: { data: {} }
`,
    },
  },
  {
    title: 'of several files',
    settings: { options: ['-f', 'base.yaml', '-f', 'over.yaml'] },
    files: {
      'base.yaml': 'services:\n  web:\n    image: <image>\n    environment: { A: "1" }\n',
      'over.yaml': 'services:\n  web:\n    environment: { B: "2" }\n    <watch>\n',
    },
  },
  {
    title: 'with an override file',
    files: { 'compose.yaml': plain, 'compose.override.yaml': 'services: { web: { environment: { B: "2" } } }\n' },
  },
  {
    title: 'with variables of .env and of nobody',
    files: {
      'compose.yaml': plain.replace(
        '<image>',
        '${REPOSITORY}:${TAG:-latest}\n    environment: { C: "${COLOR:-blue}" }',
      ),
      '.env': 'REPOSITORY=<repository>\n',
    },
  },
  {
    title: 'with an env file of another name',
    settings: { options: ['--env-file', 'prod.env'] },
    files: {
      'compose.yaml': plain.replace('<image>', '${WHOLE}'),
      'prod.env': 'WHOLE=<image>\n',
      '.env': 'WHOLE=wrong\n',
    },
  },
  {
    title: 'of a profile',
    settings: { options: ['--profile', 'shop'] },
    files: { 'compose.yaml': `${plain}    profiles: [shop]\n` },
  },
  {
    title: 'included from a folder below',
    files: {
      'compose.yaml': 'include: [./below/web.yaml]\n',
      'below/web.yaml': `${plain}    env_file: [./web.env]\n    volumes: ["./data:/data:ro"]\n`,
      'below/web.env': 'COLOR=blue\n',
      'below/data/page': 'hello\n',
    },
  },
  {
    title: 'that extends one of another file',
    files: {
      'compose.yaml': 'services:\n  web:\n    extends: { file: common.yaml, service: base }\n    <watch>\n',
      'common.yaml': 'services:\n  base:\n    image: <image>\n    environment: { A: "1" }\n',
    },
  },
  { title: 'with a container name', files: { 'compose.yaml': `${plain}    container_name: <name>-front\n` } },
  {
    title: 'brought up without its dependencies',
    up: ['--no-deps', 'web'],
    files: { 'compose.yaml': `${plain}    depends_on: [db]\n${db}` },
  },
]
