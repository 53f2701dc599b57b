import { describe } from 'vitest'
import { createOciClient } from '../../src/clients/oci/client.ts'
import { registries } from '../../src/registries/index.ts'
import type { Registry } from '../../src/registries/registry.ts'
import { credentialsOf } from '../fakes/oci-client.ts'
import { startFakeRegistry } from '../fakes/registry.ts'
import type { FakeRegistryOptions } from '../fakes/registry.ts'
import { isInstalled } from '../services/command.ts'
import type { PushRegistry } from '../services/push.ts'
import { startRegistry } from '../services/registry.ts'
import { registryKit } from './registry-kit.ts'
import type { RegistryHarness, RegistryKitOptions } from './registry-kit.ts'
import { startEcr, startGar, startGitlab, startHarbor, startHub } from './registry-vendors.ts'

/** The user of `startRegistry`. */
const user = { username: 'longshore', password: 'let-me-in' }

function connect(password: string | null): Registry {
  const credentials = password === null ? async () => null : credentialsOf(user.username, password)
  return registries.distribution.open({ client: createOciClient({ credentials }) })
}

function harnessOf(place: PushRegistry, stop: () => Promise<void>): RegistryHarness {
  const registry = connect(place.credentials ? user.password : null)
  return { registry, withWrongPassword: connect('not-the-password'), place, stop }
}

function onFake(options: FakeRegistryOptions = {}): RegistryKitOptions {
  const signsIn = (options.auth?.kind ?? 'none') !== 'none'
  const credentials = { user: user.username, password: user.password }
  return {
    signsIn,
    async makeHarness() {
      const fake = await startFakeRegistry(options)
      return harnessOf({ address: fake.host, ...(signsIn && { credentials }) }, () => fake.close())
    },
  }
}

function onReal(auth: 'none' | 'htpasswd' | 'token'): RegistryKitOptions {
  return {
    signsIn: auth !== 'none',
    async makeHarness() {
      const real = await startRegistry({ auth })
      return harnessOf(real, () => real.stop())
    },
  }
}

registryKit('distribution on the fake', onFake())
registryKit('distribution on the fake, with passwords', onFake({ auth: { kind: 'basic', ...user } }))
registryKit('distribution on the fake, with tokens', onFake({ auth: { kind: 'token', ...user } }))
registryKit(
  'distribution on the fake, which ignores conditions and leaves digests out',
  onFake({ ignoresIfNoneMatch: true, omitsDigest: true, tagsPerPage: 2 }),
)

const onVendor = (makeHarness: RegistryKitOptions['makeHarness']): RegistryKitOptions => ({
  signsIn: true,
  tellsPushTimes: true,
  makeHarness,
})

registryKit('docker-hub on the fake', onVendor(startHub))
registryKit('gitlab on the fake', onVendor(startGitlab))
registryKit('harbor on the fake, as a robot', onVendor(startHarbor))
registryKit('ecr on the fake, with the SDK of Amazon', onVendor(startEcr))
registryKit('gar on the fake, with the library of Google', onVendor(startGar))

const canRun = (await isInstalled('docker-registry')) || process.env['CI'] === 'true'
describe.skipIf(!canRun)('Distribution 2.8 itself (needs docker-registry)', () => {
  registryKit('distribution', onReal('none'))
  registryKit('distribution, with passwords', onReal('htpasswd'))
  registryKit('distribution, with tokens', onReal('token'))
})
