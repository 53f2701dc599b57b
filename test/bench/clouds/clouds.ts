import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFakeRegistry } from '../../fakes/registry.ts'
import type { FakeRegistry } from '../../fakes/registry.ts'
import { ecrDialect } from '../../fakes/vendors/ecr.ts'
import { garDialect } from '../../fakes/vendors/gar.ts'
import { run } from '../../services/command.ts'
import { bundle } from '../bundle.ts'
import { median } from '../figure.ts'
import type { Figure } from '../figure.ts'
import type { Workplace } from '../workplace.ts'
import type { FirstLook, Kind } from './kinds.ts'

const rounds = 3

const names: Readonly<Record<Kind, string>> = {
  none: 'a registry with a password',
  ecr: 'Amazon ECR, its SDK loaded',
  gar: "Artifact Registry, Google's library loaded",
}

/** What the libraries of Amazon and Google cost a process that uses one: time to its first look, and memory. */
export async function measureClouds({ folder }: Pick<Workplace, 'folder'>): Promise<readonly Figure[]> {
  const script = await bundle(join(import.meta.dirname, 'first-look.ts'), folder)
  const google = await startGoogle(folder)
  const amazon = await startAmazon()
  try {
    const env = {
      AWS_ENDPOINT_URL_ECR: amazon.url,
      AWS_EC2_METADATA_DISABLED: 'true',
      METADATA_SERVER_DETECTION: 'none',
      HOME: folder,
    }
    const args: Readonly<Record<Kind, readonly string[]>> = {
      none: [script, 'none', amazon.host],
      ecr: [script, 'ecr', amazon.host],
      gar: [script, 'gar', google.fake.host, google.accountFile],
    }
    const looks: Record<Kind, FirstLook[]> = { none: [], ecr: [], gar: [] }
    const kinds = ['none', 'ecr', 'gar'] as const
    // The first run of each reads from the disk what the later ones find in memory.
    for (let round = 0; round <= rounds; round += 1) {
      for (const kind of kinds) {
        const said = await run(process.execPath, args[kind], { env })
        if (round > 0) looks[kind].push(JSON.parse(said) as FirstLook) // what first-look.ts prints
      }
    }
    return kinds.flatMap((kind) => figuresOf(kind, looks))
  } finally {
    await amazon.close()
    await google.fake.close()
  }
}

function figuresOf(kind: Kind, looks: Readonly<Record<Kind, readonly FirstLook[]>>): readonly Figure[] {
  const middle = (of: Kind, read: (each: FirstLook) => number): number => median(looks[of].map(read))
  const floor = (read: (each: FirstLook) => number) =>
    kind === 'none' ? {} : { floor: { what: 'without it', value: middle('none', read) } }
  const wallMs = (each: FirstLook): number => each.wallMs
  const peakMB = (each: FirstLook): number => each.peakMB
  return [
    { what: `start to first look, ${names[kind]}`, value: middle(kind, wallMs), unit: 'ms', ...floor(wallMs) },
    { what: `peak memory, ${names[kind]}`, value: middle(kind, peakMB), unit: 'MB', ...floor(peakMB) },
  ]
}

async function startAmazon(): Promise<FakeRegistry> {
  const aws = { username: 'AWS', password: 'made-by-amazon' }
  const dialect = ecrDialect({ accessKeyId: 'AKIALONGSHORE', password: aws.password })
  const fake = await startFakeRegistry({ auth: { kind: 'basic', ...aws }, dialect })
  fake.pushImage('team/app', '1.0', 'one')
  return fake
}

async function startGoogle(folder: string) {
  const google = { username: 'oauth2accesstoken', password: 'ya29.made-by-google' }
  const email = 'longshore@project.iam.gserviceaccount.com'
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const dialect = garDialect({ accessToken: google.password, serviceAccount: { email, publicKey } })
  const fake = await startFakeRegistry({ auth: { kind: 'token', ...google, realm: '/v2/token' }, dialect })
  fake.pushImage('team/app', '1.0', 'one')
  const accountFile = join(folder, 'service-account.json')
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  writeFileSync(accountFile, JSON.stringify({ type: 'service_account', client_email: email, private_key: key }))
  return { fake, accountFile }
}
