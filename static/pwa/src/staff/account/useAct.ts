/** One act of a form: busy while it is under way, and what the server said when it said no. */
import { ref } from 'vue'
import { sayTrouble } from '../sayTrouble'
import { outcome } from '../useLoad'

export function useAct() {
  const busy = ref(false)
  const said = ref('')

  /** What the call gave, or undefined where it gave nothing. */
  async function act<T>(call: () => Promise<T>): Promise<{ given: T } | undefined> {
    busy.value = true
    said.value = ''
    const { data, trouble } = await outcome(call)
    busy.value = false
    if (trouble) said.value = sayTrouble(trouble)
    return trouble ? undefined : { given: data as T }
  }

  return { busy, said, act }
}
