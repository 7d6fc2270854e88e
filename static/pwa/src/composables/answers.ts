/** What the server last said to one question, kept on the phone, and asked anew when a page opens. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { answerDatabase } from '@/answers/database'
import { fetchAnswer, type Outcome } from '@/answers/fetching'
import { useLive } from './live'
import { PULLED } from './pulling'
import { person, session } from './session'

export function useAnswer<T>(path: () => string) {
  const outcome = shallowRef<Outcome | null>(null)
  const kept = useLive(() => {
    const of: [string, string] = [person.value, path()]
    return async () => (await answerDatabase.answers.get(of)) ?? null
  })

  async function ask(): Promise<void> {
    const asked = path()
    const answered = await fetchAnswer({ person: person.value, session: session.value, path: asked })
    if (asked === path()) outcome.value = answered
  }

  watch(
    path,
    () => {
      outcome.value = null
      void ask()
    },
    { immediate: true },
  )
  const occasions = ['online', PULLED]
  occasions.forEach((occasion) => addEventListener(occasion, ask))
  onScopeDispose(() => occasions.forEach((occasion) => removeEventListener(occasion, ask)))

  return {
    data: computed(() => (kept.value?.data as T | undefined) ?? null),
    fetchedAt: computed(() => kept.value?.fetched_at ?? null),
    outcome,
    ask,
    /** Nothing to show yet, and it may still come. */
    loading: computed(() => !kept.value && outcome.value === null),
  }
}
