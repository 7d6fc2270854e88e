/**
 * A PIN, kept as a slow hash. It is a courtesy among colleagues: a million PINs are soon tried by a machine, and the
 * tokens lie beside it unlocked, since everybody's records must go out whoever is in front of the tablet.
 */
import type { Pin } from '@/api/sessions'

const ROUNDS = 600_000
const SALT_BYTES = 16
const HASH_BITS = 256

/** False where the page is not secure: there is nothing to make a hash with. */
export const canKeepPins = (): boolean => globalThis.crypto?.subtle !== undefined

export async function keepPin(digits: string, rounds = ROUNDS): Promise<Pin> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
  return { salt, rounds, hash: await hashOf({ digits, salt, rounds }) }
}

export async function fits(digits: string, { hash, ...how }: Pin): Promise<boolean> {
  const other = new Uint8Array(await hashOf({ digits, ...how }))
  return new Uint8Array(hash).every((byte, place) => byte === other[place])
}

async function hashOf({ digits, salt, rounds }: { digits: string } & Omit<Pin, 'hash'>): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(digits), 'PBKDF2', false, [
    'deriveBits',
  ])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }
  return crypto.subtle.deriveBits(how, key, HASH_BITS)
}
