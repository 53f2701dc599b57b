/**
 * Names below which registries and tunnels of different people lie, and which the list of public suffixes lacks; it has
 * only what their owners entered.
 */
const sharedDomains: ReadonlySet<string> = new Set([
  'aliyuncs.com',
  'amazonaws.com',
  'amazonaws.com.cn',
  'azure.com',
  'azurecontainerapps.io',
  'azurecr.cn',
  'azurecr.io',
  'azurecr.us',
  'clever-cloud.com',
  'github.dev',
  'gitpod.io',
  'glitch.me',
  'googleusercontent.com',
  'jfrog.io',
  'koyeb.app',
  'loca.lt',
  'localtunnel.me',
  'myddns.me',
  'myhuaweicloud.com',
  'nip.io',
  'on.aws',
  'oraclecloud.com',
  'pkg.dev',
  'railway.app',
  'scw.cloud',
  'serveo.net',
  'sslip.io',
  'tencentcloudcr.com',
  'traefik.me',
  'windows.net',
  'xip.io',
  'zrok.io',
])

/**
 * Whether two names were registered by the same owner, by the list of public suffixes (`tldts`, as of its release), its
 * private part included: `gouv.fr` and `r2.dev` are nobody's own. The list is loaded at the first such question, for it
 * takes 10 MB; `authRealms` helps where it is too strict.
 *
 * @see https://publicsuffix.org
 */
export async function isSameDomain(one: string, other: string): Promise<boolean> {
  const { getDomain } = await import('tldts')
  const domainOf = (hostname: string): string | null => {
    const domain = getDomain(hostname, { allowPrivateDomains: true, extractHostname: false })
    return domain === null || sharedDomains.has(domain) ? null : domain
  }
  const domain = domainOf(one)
  return domain !== null && domain === domainOf(other)
}
