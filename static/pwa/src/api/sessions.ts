/**
 * Who is signed in on this installation, in IndexedDB so that the service worker can read it too.
 *
 * The member's page and the office's page keep one session each. The private key is a CryptoKey that can't be
 * exported: a copied token is worth nothing without this browser. Where WebCrypto is missing (plain HTTP on a
 * network address) there is no key, and the token is a plain bearer.
 *
 * On a shared tablet each person's session is a holder's, and none is the member's page's own.
 */
import Dexie, { type EntityTable } from 'dexie'
import { generateKeyPair, type KeyPair } from 'dpop'
import { v7 } from 'uuid'
import type { Me } from './types'

export type Page = 'member' | 'staff'

export type Session = {
  page: Page
  token: string
  key_pair: KeyPair | null
  device_id: string
  me: Me
}

/** One of the people who share a tablet, with what tells whether a PIN is theirs. */
export type Holder = { device_id: string; session: Session; pin: Pin }
export type Pin = { salt: Uint8Array<ArrayBuffer>; rounds: number; hash: ArrayBuffer }

type PendingKey = { page: Page; key_pair: KeyPair | null }
type Installation = { name: 'installation'; id: string }

class SessionDatabase extends Dexie {
  sessions!: EntityTable<Session, 'page'>
  pending_keys!: EntityTable<PendingKey, 'page'>
  installation!: EntityTable<Installation, 'name'>
  holders!: EntityTable<Holder, 'device_id'>

  constructor() {
    super('workstation-sessions', { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ sessions: 'page', pending_keys: 'page', installation: 'name' })
    this.version(2).stores({ holders: 'device_id' })
  }
}

export const sessionDatabase = new SessionDatabase()

/** A UUID that names this browser's storage; a repeated enrolment from the same one burns no code. */
export async function installationId(): Promise<string> {
  return sessionDatabase.transaction('rw', sessionDatabase.installation, async () => {
    const known = await sessionDatabase.installation.get('installation')
    if (known) return known.id
    const id = v7()
    await sessionDatabase.installation.add({ name: 'installation', id })
    return id
  })
}

/** The key for a sign-in that is under way. It outlives a lost answer, so a repeat offers the same key. */
export async function pendingKeyPair(page: Page): Promise<KeyPair | null> {
  const known = await sessionDatabase.pending_keys.get(page)
  if (known) return known.key_pair
  const key_pair = globalThis.crypto?.subtle ? await generateKeyPair('ES256', { extractable: false }) : null
  await sessionDatabase.pending_keys.put({ page, key_pair })
  return key_pair
}

export async function findSession(page: Page): Promise<Session | undefined> {
  return sessionDatabase.sessions.get(page)
}

export const listHolders = (): Promise<Holder[]> => sessionDatabase.holders.toArray()

export const isShared = async ({ device_id }: Session): Promise<boolean> =>
  (await sessionDatabase.holders.get(device_id)) !== undefined

/** Everybody whose records leave from here, the one who signed in last first. */
export async function listSenders(): Promise<Session[]> {
  const own = await findSession('member')
  const shared = (await listHolders()).map(({ session }) => session)
  return own ? [own, ...shared.filter(({ me }) => me.member.id !== own.me.member.id)] : shared
}

export async function keepSession(session: Session): Promise<void> {
  const { sessions, pending_keys, holders } = sessionDatabase
  await sessionDatabase.transaction('rw', sessions, pending_keys, holders, async () => {
    if (!(await holders.update(session.device_id, { session }))) await sessions.put(session)
    await pending_keys.delete(session.page)
  })
}

export async function dropSession({ page, device_id }: Pick<Session, 'page' | 'device_id'>): Promise<void> {
  const { sessions, holders } = sessionDatabase
  await sessionDatabase.transaction('rw', sessions, holders, async () => {
    await holders.delete(device_id)
    await sessions
      .where({ page })
      .and((session) => session.device_id === device_id)
      .delete()
  })
}
