/** Who is signed in, for every page. Nothing here waits for the network. */
import { computed, shallowRef } from 'vue'
import { findSession, listHolders, type Holder, type Session } from '@/api/sessions'
import { authorOf } from '@/sync/client'
import type { Author } from '@/sync/outbox'

export const session = shallowRef<Session | null>(null)
export const author = computed<Author | null>(() => session.value && authorOf(session.value))
export const person = computed(() => author.value?.person ?? '')
/** Those who share this tablet; empty on everybody's own phone. */
export const holders = shallowRef<Holder[]>([])
/** All whose records may wait on this device. */
export const everybody = computed(() => {
  const people = holders.value.map((holder) => authorOf(holder.session).person)
  return [...new Set(person.value ? [person.value, ...people] : people)]
})

const IN_USE_BY = 'in use by' // in this tab until it is closed: the next start asks again

/** Whoever signed in lately, else the one who entered on this shared tablet. */
export async function loadSession(): Promise<void> {
  holders.value = await listHolders()
  const entered = sessionStorage.getItem(IN_USE_BY)
  const holder = holders.value.find(({ device_id }) => device_id === entered)
  session.value = (await findSession('member')) ?? holder?.session ?? null
}

/** Puts one of the tablet's people, or nobody, in front of it. */
export async function use(device_id: string): Promise<void> {
  sessionStorage.setItem(IN_USE_BY, device_id)
  await loadSession()
}

/** Who records now. Pages that record are shown only to somebody who is signed in. */
export function currentAuthor(): Author {
  if (!author.value) throw new Error('nobody is signed in')
  return author.value
}
