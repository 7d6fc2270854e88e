/**
 * A rescue file (12): the outbox of one person, encrypted to the server's public key, to be carried by any
 * hand. Loaded with its own page only, since the encryption weighs as much as a page.
 */
import { CompactEncrypt, importJWK } from 'jose'
import type { Session } from '@/api/sessions'
import { authorOf } from '@/sync/client'
import { evenIfFull } from '@/sync/database'
import { freezeEntries, listOutbox } from '@/sync/outbox'
import { carriedEntry, inSendingOrder } from '@/sync/protocol'
import { localTime } from '@/sync/time'
import type { RescueKey } from '@/sync/types'

export type RescueFile = {
  format: 'workstation.rescue'
  v: 1
  kid: string
  made_at: string
  count: number
  jwe: string
}

type Making = { session: Session; key: RescueKey; now: Date }

/**
 * Freezes what is recorded, and takes nothing out of the outbox. A phone that can store nothing more can still
 * give away what it has.
 */
export async function makeRescueFile({ session, key, now }: Making): Promise<RescueFile> {
  const { person, device_id } = authorOf(session)
  await evenIfFull(freezeEntries({ person }))
  const frozen = (await listOutbox(person)).filter(({ seq }) => seq !== null)
  const entries = inSendingOrder({ entries: frozen, device_id })
  const { me } = session
  const author_id = me.member.id
  const made_at = localTime(now)
  const carried = entries.map((entry) => carriedEntry({ entry, author_id }))
  const said = { v: 1, network: me.network.code, author_id, device_id, made_at, entries: carried }
  const jwe = await encrypted(JSON.stringify(said), key)
  return { format: 'workstation.rescue', v: 1, kid: key.kid, made_at, count: entries.length, jwe }
}

async function encrypted(text: string, key: RescueKey): Promise<string> {
  const header = { alg: 'ECDH-ES', enc: 'A256GCM', kid: key.kid }
  const plain = new TextEncoder().encode(text)
  return new CompactEncrypt(plain).setProtectedHeader(header).encrypt(await importJWK(key, 'ECDH-ES'))
}
