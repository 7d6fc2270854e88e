/** Becoming known to the server, by a one-time code or by account and password, and leaving again. */
import { deviceName } from './deviceName'
import { request, type Answer } from './request'
import { dropSession, installationId, keepSession, pendingKeyPair, type Page, type Session } from './sessions'
import type { SignedIn } from './types'

/** Redeems a one-time code. A lost answer may be repeated with the same code for 10 minutes. */
export function enrol({ page, code }: { page: Page; code: string }): Promise<Answer<SignedIn>> {
  return become({ page, path: '/api/v1/enrolments', proof: { code } })
}

/** `one_time_code` is asked for by `sign_in.second_factor`, once the password fits. */
export function signIn(given: {
  page: Page
  account: string
  password: string
  one_time_code?: string
}): Promise<Answer<SignedIn>> {
  const { page, account, password, one_time_code } = given
  const proof = { account, password, ...(one_time_code ? { one_time_code } : {}) }
  return become({ page, path: '/api/v1/sign-ins', proof })
}

/** The session ends here even when the server can't be reached. */
export async function signOut(session: Session): Promise<void> {
  await request({ method: 'DELETE', path: '/api/v1/sign-ins/current', session }).catch(() => null)
  await dropSession(session)
}

type Becoming = { page: Page; path: string; proof: Record<string, string> }

async function become({ page, path, proof }: Becoming): Promise<Answer<SignedIn>> {
  const key_pair = await pendingKeyPair(page)
  const device = await describeDevice(page, key_pair?.publicKey)
  const answer = await request<SignedIn>({ method: 'POST', path, body: { ...proof, device } })
  if (answer.data) {
    const { token, device_id, me } = answer.data
    await keepSession({ page, token, key_pair, device_id, me })
  }
  return answer
}

/** The office's page records nothing, so nobody waits for what it may hold. */
async function describeDevice(page: Page, publicKey: CryptoKey | undefined) {
  const device = {
    name: deviceName(navigator.userAgent),
    installation_id: await installationId(),
    platform: page === 'staff' ? 'office' : 'web',
    app_version: __APP_VERSION__,
  }
  return publicKey ? { ...device, public_key: await publicJwk(publicKey) } : device
}

async function publicJwk(key: CryptoKey) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key)
  return { kty, crv, x, y }
}
