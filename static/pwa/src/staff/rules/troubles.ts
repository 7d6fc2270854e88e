/** Why a page has nothing new to show, in the five ways that a reader can act on. */
import type { Problem } from '@/api/types'

export type Trouble =
  | { kind: 'offline' }
  | { kind: 'sign_in' }
  | { kind: 'no_right'; text: string }
  | { kind: 'absent'; text: string }
  | {
      kind: 'failed'
      text: string
      code: string
      request_id: string
      errors?: Record<string, unknown> | undefined
    }

export const OFFLINE: Trouble = { kind: 'offline' }

/** Sorts an answer that was not 2xx; `requestId` lets the office's support find it in the log. */
export function troubleFrom(problem: Problem, requestId: string): Trouble {
  const text = problem.detail ?? problem.title
  if (problem.status === 401) return { kind: 'sign_in' }
  if (problem.status === 403) return { kind: 'no_right', text }
  if (problem.status === 404) return { kind: 'absent', text }
  return { kind: 'failed', text, code: problem.code, request_id: requestId, errors: problem.errors }
}

const STAFF = ['liaison', 'district_office', 'city_office']

/** Whether one of these roles may see the office's pages at all; the server decides about each call. */
export const isStaff = (roles: readonly string[]): boolean => roles.some((role) => STAFF.includes(role))
