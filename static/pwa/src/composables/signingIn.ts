/** One try to sign in, in words; what was redeemed is at once ready to record and to send. */
import { shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { Unreachable, type Answer } from '@/api/request'
import type { SignedIn } from '@/api/types'
import { words } from '@/locales/person'
import { resume } from '@/sync/outbox'
import { freezeAll } from './recorder'
import { askToKeep } from './room'
import { send } from './sending'
import { currentAuthor, holders, loadSession } from './session'

export function useSigningIn(refusal: string) {
  const router = useRouter()
  const working = shallowRef(false)
  const sentence = shallowRef('')

  async function tryIt(call: () => Promise<Answer<SignedIn>>): Promise<void> {
    if (working.value) return
    working.value = true
    sentence.value = ''
    await freezeAll() // what the former person recorded keeps the former device's numbers
    sentence.value = await call().then((answer) => sentenceFor(answer, refusal), sentenceForError)
    working.value = false
    if (!sentence.value) await enter()
  }

  async function enter() {
    await loadSession()
    await resume(currentAuthor())
    await freezeAll() // what this person once recorded here and never froze
    void askToKeep()
    void send('start')
    await router.replace(holders.value.length > 0 ? '/tablet' : '/')
  }

  return { working, sentence, tryIt }
}

function sentenceFor({ data, status, problem, headers }: Answer<SignedIn>, refusal: string): string {
  if (data) return ''
  if (problem?.code === 'sign_in.second_factor') return problem.detail ?? words('sign_in.code')
  if (status === 401) return refusal
  if (status === 429)
    return words('sign_in.too_many', { n: Math.ceil(Number(headers.get('Retry-After') ?? 60) / 60) })
  return status < 500 && problem?.detail ? problem.detail : words('sign_in.failed')
}

function sentenceForError(error: unknown): string {
  if (error instanceof Unreachable) return words('sign_in.offline')
  throw error
}
