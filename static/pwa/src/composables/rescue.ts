/** Making a rescue file and handing one in, each with a sentence for whatever may stand in the way. */
import { Unreachable } from '@/api/request'
import { words as signIn } from '@/locales/person'
import { words } from '@/locales/rescue'
import { handIn, looksLikeRescueFile, rescueFileName, tally } from '@/rescue/carrying'
import { makeRescueFile } from '@/rescue/file'
import { findRescueKey, refreshRescueKey } from '@/rescue/key'
import { noteExport } from '@/sync/outbox'
import { freezeAll } from './recorder'
import { person, session } from './session'
import * as handOut from './handOut'

export type Made = { file: File; count: number }

/** The file, or a sentence that says why there is none. */
export async function makeFile(): Promise<Made | string> {
  if (!session.value) return signIn('sign_in.title')
  if (!globalThis.crypto?.subtle) return words('no_crypto')
  if (!(await findRescueKey())) await refreshRescueKey()
  const key = await findRescueKey()
  if (!key) return words('no_key')
  await freezeAll() // the maker freezes too; here the buttons to undo go
  const content = await makeRescueFile({ session: session.value, key, now: new Date() })
  if (content.count === 0) return words('none')
  await noteExport({ person: person.value, made_at: Date.now(), count: content.count })
  const name = rescueFileName(content.made_at)
  return {
    file: new File([JSON.stringify(content)], name, { type: 'application/json' }),
    count: content.count,
  }
}

/** A sentence that says what became of the file. */
export async function handInFile(file: File): Promise<string> {
  const text = await file.text()
  if (!looksLikeRescueFile(text)) return words('not_a_file')
  if (!session.value) return signIn('sign_in.title')
  try {
    const { data, problem } = await handIn({ session: session.value, text })
    if (!data) return problem?.detail ?? words('failed')
    const { kept, unreadable } = tally(data.results)
    const said = words('handed_in', { name: data.author_name ?? words('nobody'), n: kept })
    return unreadable ? said + words('unreadable', { n: unreadable }) : said
  } catch (error) {
    if (error instanceof Unreachable) return words('offline')
    throw error
  }
}

export const save = ({ file }: Made) => handOut.save(file)

/** Whether this browser can hand the file to another app, such as a chat. */
export const canPass = ({ file }: Made) => handOut.canPass(file)

export const pass = ({ file }: Made) => handOut.pass(file)
