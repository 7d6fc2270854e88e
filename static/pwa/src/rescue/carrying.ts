/** Rescue files as files: their names, and handing one in for whoever made it (12.3). */
import { request, type Answer } from '@/api/request'
import type { Session } from '@/api/sessions'
import type { Result } from '@/sync/types'

export type HandedIn = { results: Result[]; count: number; author_name: string | null }

/** 履职记录-20261121-1432.rescue.json, by the phone's clock. Takes `made_at` as it stands in the file. */
export function rescueFileName(made_at: string): string {
  const [day = '', time = ''] = made_at.split('T')
  return `履职记录-${day.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}.rescue.json`
}

export function looksLikeRescueFile(text: string): boolean {
  try {
    return (JSON.parse(text) as { format?: unknown } | null)?.format === 'workstation.rescue'
  } catch {
    return false
  }
}

/** How many the server keeps now, and how many it could not read. */
export function tally(results: Result[]): { kept: number; unreadable: number } {
  const kept = results.filter(({ receipt_no }) => typeof receipt_no === 'number').length
  return { kept, unreadable: results.length - kept }
}

export function handIn({ session, text }: { session: Session; text: string }): Promise<Answer<HandedIn>> {
  return request<HandedIn>({ method: 'POST', path: '/api/v1/rescue-files', session, body: text })
}
