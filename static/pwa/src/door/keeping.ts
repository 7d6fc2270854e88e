/**
 * All that a screen holds: its token, the key that the token is bound to, and what it was told last. Nothing of
 * it is about a person but the names on today's and tomorrow's duty, of those who agreed.
 */
import { generateKeyPair, type KeyPair } from 'dpop'
import { createStore, del, get, set } from 'idb-keyval'
import { v7 } from 'uuid'
import type { Identity } from '@/api/request'
import type { Kept } from './types'

type Installation = { id: string; key_pair: KeyPair | null }

const store = createStore('workstation-door', 'door')

/** This browser's own id and key: they outlive a lost answer, so that a repeat burns no code. */
export async function installation(): Promise<Installation> {
  const known = await get<Installation>('installation', store)
  if (known) return known
  const key_pair = globalThis.crypto?.subtle ? await generateKeyPair('ES256', { extractable: false }) : null
  const made = { id: v7(), key_pair }
  await set('installation', made, store)
  return made
}

export const findIdentity = () => get<Identity>('identity', store)
export const findKept = () => get<Kept>('kept', store)
export const keepTold = (kept: Kept) => set('kept', kept, store)

/** A newly enrolled screen knows nothing yet, least of all what another station told it. */
export async function keepIdentity(identity: Identity): Promise<void> {
  await del('kept', store)
  await set('identity', identity, store)
}

/** Staff stopped it: keys and names go at once. */
export async function forget(): Promise<void> {
  await Promise.all([del('kept', store), del('identity', store)])
}
