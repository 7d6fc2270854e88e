/**
 * What is half written or stands open in this tab. It comes back when the page starts again, and goes when its
 * form is closed. Each tab and each person has their own.
 */
import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { person } from './session'

/** Gives a ref that begins as this tab last had it, else as `first`. */
export function useKept<T>(name: string, first: T): Ref<T> {
  const key = `kept ${person.value} ${name}`
  const known = sessionStorage.getItem(key)
  const value = ref(known === null ? first : JSON.parse(known)) as Ref<T>
  watch(value, (now) => store(key, now), { deep: true })
  onScopeDispose(() => sessionStorage.removeItem(key))
  return value
}

/** A tab's storage that is full or forbidden keeps nothing; the form goes on without it. */
function store(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value))
  } catch {
    sessionStorage.removeItem(key)
  }
}
