/**
 * Answers of the server that pages show again without a network, and what of the notices was seen.
 *
 * Apart from the outbox's database on purpose: all of it can be fetched again, so its shape may change and its rows
 * may go without anybody losing a record. Every row belongs to a person.
 */
import Dexie, { type Table } from 'dexie'

export type KeptAnswer = { person: string; path: string; data: unknown; fetched_at: number }

/** `entry_id` is the objection, when there was one; it is undone with that entry. */
export type Seen = { person: string; id: string; entry_id: string | null }

class AnswerDatabase extends Dexie {
  answers!: Table<KeptAnswer, [string, string]>
  seen!: Table<Seen, [string, string]>

  constructor() {
    super('workstation-answers')
    this.version(1).stores({ answers: '[person+path], person', seen: '[person+id], person' })
  }
}

export const answerDatabase = new AnswerDatabase()
