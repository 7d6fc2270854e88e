/** Calls about accounts and the suggestion box. They throw `Failed` like those of ../calls.ts. */
import { request } from '@/api/request'
import { address, ask, answered } from '../calls'
import type { EnrolmentCode } from '../wire'
import type * as Wire from './wire'

const ACCOUNT = '/api/v1/account'

export const getAccount = () => ask<Wire.Account>('GET', ACCOUNT)

export const changePassword = (given: { account?: string; password: string; new_password: string }) =>
  ask<Wire.Account>('PUT', `${ACCOUNT}/password`, given)

export const beginSecondFactor = (password: string) =>
  ask<Wire.Begun>('POST', `${ACCOUNT}/second-factor`, { password })

export const confirmSecondFactor = async (one_time_code: string) =>
  (await ask<{ recovery_codes: string[] }>('PUT', `${ACCOUNT}/second-factor`, { one_time_code })).recovery_codes

export const removeSecondFactor = (given: { password: string; one_time_code: string }) =>
  ask<null>('POST', `${ACCOUNT}/second-factor/removal`, given)

export const signOutElsewhere = (device: string) => ask<null>('DELETE', `/api/v1/sign-ins/${device}`)

export const renameDevice = (device: string, name: string) =>
  ask<null>('PATCH', `/api/v1/devices/${device}`, { name })

/** By a code from the office; nobody is signed in. */
export const resetPassword = (given: { code: string; account?: string; new_password: string }) =>
  answered(
    request<{ account: string }>({ method: 'POST', path: '/api/v1/password-resets', body: given }),
  )

export const issueResetCode = (member_id: string) =>
  ask<EnrolmentCode>('POST', '/api/v1/enrolment-codes/reset', { member_id })

export const issueSheet = async (member_ids: string[]) =>
  (await ask<{ codes: Wire.SheetCode[] }>('POST', '/api/v1/enrolment-codes/sheet', { member_ids })).codes

export const listSuggestions = (isAnswered: boolean, after?: string) =>
  ask<{ suggestions: Wire.Suggestion[]; next: string | null }>(
    'GET',
    address('/suggestions/box', { answered: String(isAnswered), after }),
  )

export const answerSuggestion = (id: string, answer: string) =>
  ask<unknown>('PUT', `/api/v1/suggestions/${id}/answer`, { answer })
