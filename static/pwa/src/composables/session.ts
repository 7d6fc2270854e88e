/** Who is signed in, for every page. Nothing here waits for the network. */
import { computed, shallowRef } from 'vue'
import { findSession, type Session } from '@/api/sessions'
import { authorOf } from '@/sync/client'
import type { Author } from '@/sync/outbox'

export const session = shallowRef<Session | null>(null)
export const author = computed<Author | null>(() => session.value && authorOf(session.value))
export const person = computed(() => author.value?.person ?? '')

export async function loadSession(): Promise<void> {
  session.value = (await findSession('member')) ?? null
}

/** Who records now. Pages that record are shown only to somebody who is signed in. */
export function currentAuthor(): Author {
  if (!author.value) throw new Error('nobody is signed in')
  return author.value
}
