import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { waitUntil } from '../services/wait.ts'
import { fillIn } from './stage/compose-fleet.ts'
import type { StagedProject } from './stage/compose-project.ts'
import type { Scene } from './stage/scene.ts'

/** A service that has to be left alone, and what is said about it. */
export interface Refusal {
  readonly title: string
  /** As `writeFiles` takes them; a plain service unless told otherwise. */
  readonly files?: Readonly<Record<string, string>>
  /** What its owner's shell has set when they bring it up. */
  readonly env?: Readonly<Record<string, string>>
  /** Whether it lies outside of the folders that are allowed. */
  readonly isOutside?: boolean
  /** Whether its tag is to change, too. */
  readonly isNewTag?: boolean
  /** What happened after it was brought up. */
  readonly since?: (stage: RefusalStage) => Promise<unknown> | void
  readonly code: string
  readonly sentence: RegExp
}

interface RefusalStage {
  readonly project: StagedProject
  readonly docker: Scene['docker']
  /** A folder outside of those that are allowed. */
  readonly outside: string
}

/** Without a network, which costs the most time. */
export const plainService = 'services:\n  web:\n    image: <image>\n    network_mode: none\n    <watch>\n'

const withMore = (text: string) => ({ 'compose.yaml': `${plainService}${text}` })
const rewrite = (project: StagedProject, text: string) => project.write('compose.yaml', fillIn(project, text))
const mayGetSick = '    healthcheck: { test: ["CMD", "test", "!", "-e", "/tmp/sick"], interval: 300ms, retries: 1 }\n'
const stop = ({ project }: RefusalStage, service: string) => project.byHand('stop', '--timeout', '0', service)

export const refusals: readonly Refusal[] = [
  {
    title: 'whose file was edited since it was brought up',
    since: ({ project }) => rewrite(project, `${plainService}    environment: { NEW: "1" }\n`),
    code: 'COMPOSE_DRIFT',
    sentence: /\/compose\.yaml was edited since it was brought up; run: docker compose up -d web$/,
  },
  {
    title: 'whose .env was edited since it was brought up',
    files: withMore('    environment: { COLOR: "${COLOR:-blue}" }\n'),
    since: ({ project }) => project.write('.env', 'COLOR=red\n'),
    code: 'COMPOSE_DRIFT',
    sentence: /\/\.env was edited since it was brought up/,
  },
  {
    title: 'that was brought up with a variable of a shell',
    files: withMore('    environment: { COLOR: "${COLOR}" }\n'),
    env: { COLOR: 'red' },
    code: 'COMPOSE_DRIFT',
    sentence: /COLOR is not set; put it into an env file/,
  },
  {
    title: 'whose tag comes from a shell',
    files: { 'compose.yaml': plainService.replace('<image>', '<repository>:${TAG}') },
    env: { TAG: 'latest' },
    code: 'IMAGE_NOT_EDITABLE',
    sentence: /\/compose\.yaml:3: .* the variable TAG, which no env file sets; set it in \.env/,
  },
  {
    title: 'whose file is gone',
    since: ({ project }) => rmSync(project.path('compose.yaml')),
    code: 'COMPOSE_FILE_UNREADABLE',
    sentence: /\/compose\.yaml, which the service was brought up from, is not here/,
  },
  {
    title: 'whose file is no YAML any more',
    since: ({ project }) => project.write('compose.yaml', 'services:\n  web: {\n'),
    code: 'IMAGE_NOT_EDITABLE',
    sentence: /\/compose\.yaml:3: this is not YAML/,
  },
  {
    title: 'whose file names one on another machine',
    since: ({ project }) => rewrite(project, `include: ["https://127.0.0.1:1/a/b.git"]\n${plainService}`),
    code: 'IMAGE_NOT_EDITABLE',
    sentence: /\/compose\.yaml:1: .*"https:\/\/127\.0\.0\.1:1\/a\/b\.git" on another machine/,
  },
  {
    title: 'whose files lie outside of what is allowed',
    isOutside: true,
    code: 'COMPOSE_PATH_REFUSED',
    sentence: /\/compose\.yaml" lies outside the allowed folders/,
  },
  {
    title: 'whose file is a link to the outside',
    since: ({ project, outside }) => {
      const real = `${outside}/${project.name}.yaml`
      renameSync(project.path('compose.yaml'), real)
      symlinkSync(real, project.path('compose.yaml'))
    },
    code: 'COMPOSE_PATH_REFUSED',
    sentence: /\(really .*\) lies outside the allowed folders/,
  },
  {
    title: 'whose env file is a link to the outside',
    files: { ...withMore('    env_file: a.env\n'), 'a.env': 'A=1\n' },
    since: ({ project, outside }) => {
      const real = `${outside}/${project.name}.env`
      renameSync(project.path('a.env'), real)
      symlinkSync(real, project.path('a.env'))
    },
    code: 'COMPOSE_PATH_REFUSED',
    sentence:
      /\/compose\.yaml:6: env_file of service "web" names .*\(really .*\) lies outside the allowed folders; .*name its folder under compose\.roots/,
  },
  {
    title: 'beside one that reads a file from outside',
    files: withMore('  other:\n    image: <image>\n    profiles: [x]\n    env_file: /etc/hostname\n'),
    code: 'COMPOSE_PATH_REFUSED',
    sentence: /\/compose\.yaml:9: env_file of service "other" names "\/etc\/hostname"/,
  },
  {
    title: 'whose secret lies outside',
    files: withMore('    secrets: [s]\nsecrets: { s: { file: /etc/hostname } }\n'),
    code: 'COMPOSE_PATH_REFUSED',
    sentence: /\/compose\.yaml:7: secrets "s" of service "web" names "\/etc\/hostname"/,
  },
  {
    title: 'that includes a file from outside',
    since: ({ project }) => rewrite(project, `include: [/etc/hostname]\n${plainService}`),
    code: 'COMPOSE_PATH_REFUSED',
    sentence:
      /\/compose\.yaml:1: this line names a file that cannot be used \("\/etc\/hostname" lies outside the allowed folders/,
  },
  {
    title: 'with a container name that is to be replaced start-first',
    files: {
      'compose.yaml': `services:
  web:
    image: <image>
    container_name: <name>-front
    labels: { longshore.watch: "true", longshore.order: start-first }
`,
    },
    code: 'ORDER_IMPOSSIBLE',
    sentence: /start-first is impossible, since its file gives it the container name \S+-front/,
  },
  {
    title: 'whose tag is a variable that another reads too',
    files: {
      'compose.yaml': `${plainService.replace('<image>', '<repository>:${TAG}')}  other:
    image: <repository>:\${TAG}
`,
      '.env': 'TAG=latest\n',
    },
    isNewTag: true,
    code: 'IMAGE_NOT_EDITABLE',
    sentence: /\/compose\.yaml:3: .* the variable TAG also decides image of service "other"/,
  },
  {
    title: 'that depends on one which is not healthy',
    files: withMore(
      `    depends_on: { db: { condition: service_healthy } }\n  db:\n    image: <db-image>\n${mayGetSick}`,
    ),
    since: async ({ project, docker }) => {
      await docker('exec', `${project.name}-db-1`, 'touch', '/tmp/sick')
      await waitUntil('it is unhealthy', async () => {
        return (await project.instance('db')).State.Health?.Status === 'unhealthy'
      })
    },
    code: 'DEPENDENCY_NOT_READY',
    sentence: /it depends on db, which is not healthy/,
  },
  {
    title: 'that depends on one which is stopped',
    files: withMore('    depends_on: [db]\n  db:\n    image: <db-image>\n'),
    since: (stage) => stop(stage, 'db'),
    code: 'DEPENDENCY_NOT_READY',
    sentence: /it depends on db, which is not running/,
  },
  {
    title: 'in whose network a container of nobody’s project lives',
    since: ({ project, docker }) =>
      docker('run', '--detach', '--network', `container:${project.name}-web-1`, '--env', 'PORT=', project.image()),
    code: 'DEPENDENT',
    sentence: /\S+ lives in its container and would break: have it watched/,
  },
  { title: 'that is stopped', since: (stage) => stop(stage, 'web'), code: 'STOPPED', sentence: /it is not running/ },
  {
    title: 'that is paused',
    since: ({ project }) => project.byHand('pause', 'web'),
    code: 'PAUSED',
    sentence: /it is paused/,
  },
  {
    title: 'that its owner pinned to a digest',
    files: { 'compose.yaml': plainService.replace('<image>', '<image>@<digest>') },
    code: 'NOT_A_TAG',
    sentence: /its owner pinned it to a digest/,
  },
]
