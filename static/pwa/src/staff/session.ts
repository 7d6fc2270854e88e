/** Who sits at this desk: the staff session of this browser, beside a member's own that may be there too. */
import { computed, shallowRef } from 'vue'
import { signIn, signOut } from '@/api/signIn'
import { dropSession, findSession, type Session } from '@/api/sessions'
import { isStaff } from './rules/troubles'

export const session = shallowRef<Session | null>(null)

/** Set when the server no longer knew the token: the sign-in page says why it is there. */
export const expired = shallowRef(false)

export const me = computed(() => session.value?.me ?? null)
export const allowed = computed(() => isStaff(me.value?.roles ?? []))

/** Reads the audit log, and has no other page but the own account. */
export const isAuditor = computed(() => me.value?.roles.includes('auditor') ?? false)
export const AUDITOR_PAGES = ['/audit', '/account']

export async function openSession(): Promise<void> {
  session.value = (await findSession('staff')) ?? null
}

export async function enter(account: string, password: string, one_time_code = '') {
  const answer = await signIn({ page: 'staff', account, password, one_time_code })
  if (answer.data) {
    expired.value = false
    await openSession()
  }
  return answer
}

export async function leave(): Promise<void> {
  if (session.value) await signOut(session.value)
  session.value = null
}

export async function forget(): Promise<void> {
  const gone = session.value
  if (!gone) return
  expired.value = true
  session.value = null
  await dropSession(gone)
}
