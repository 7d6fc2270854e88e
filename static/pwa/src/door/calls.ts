/** The two calls of a screen. Both throw `Unreachable` when no answer came. */
import { deviceName } from '@/api/deviceName'
import { request, type Answer, type Identity } from '@/api/request'
import { installation, keepIdentity } from './keeping'
import type { Told } from './types'

const PATH = '/api/v1/door'

/** Redeems the station's one-time code; a lost answer may be repeated for 10 minutes. */
export async function enrol(code: string): Promise<Answer<{ token: string }>> {
  const { id, key_pair } = await installation()
  const device = {
    name: deviceName(navigator.userAgent),
    installation_id: id,
    platform: 'door',
    app_version: __APP_VERSION__,
    public_key: key_pair && (await publicJwk(key_pair.publicKey)),
  }
  const answer = await request<{ token: string }>({ method: 'POST', path: PATH, body: { code, device } })
  if (answer.data) await keepIdentity({ token: answer.data.token, key_pair })
  return answer
}

async function publicJwk(key: CryptoKey) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key)
  return { kty, crv, x, y }
}

export const ask = (session: Identity) => request<Told>({ method: 'GET', path: PATH, session })
