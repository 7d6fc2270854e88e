/** One edit under way: its reason, what the server said of it, and whose wording came first. */
import { reactive } from 'vue'
import { faults } from '../rules/amendments'
import { faultyFields } from '../rules/stationEdits'
import type { Trouble } from '../rules/troubles'
import { sayTrouble } from '../sayTrouble'
import { outcome } from '../useLoad'
import type { Conflict } from './wire'

export type Edit = {
  reason: string
  busy: boolean
  said: string
  /** Fields that the server found wrong, and why. */
  wrong: [string, string][]
  conflict: Conflict | null
}

export type Given = { version: number; reason: string }

/** `send` calls the server with what is to be written; `saved` gets what it answered. */
export function useEdit<F, T>(send: (fields: F, given: Given) => Promise<T>, saved: (now: T) => void) {
  const edit: Edit = reactive({ reason: '', busy: false, said: '', wrong: [], conflict: null })

  async function save(fields: F, version: number) {
    Object.assign(edit, { busy: true, said: '', wrong: [] })
    const done = await outcome(() => send(fields, { version, reason: edit.reason.trim() }))
    edit.busy = false
    if (done.data) saved(done.data)
    else tell(done.trouble!)
  }

  function tell(trouble: Trouble) {
    const errors = trouble.kind === 'failed' ? trouble.errors : undefined
    if (trouble.kind === 'failed' && trouble.code === 'edit.conflict') {
      edit.conflict = errors as unknown as Conflict
      return
    }
    edit.wrong = errors ? faults(faultyFields(errors)) : []
    edit.said = sayTrouble(trouble)
  }

  return { edit, save, tell }
}
