/** The calls of reports and export keys. They throw `Failed` like those of ../calls.ts. */
import { address, ask } from '../calls'
import type * as Wire from './wire'

export type About = { period: string; district_id?: string }

export const getChoices = () => ask<Wire.Choices>('GET', '/api/v1/reports/choices')

export const getPreview = (about: About) => ask<Wire.Preview>('GET', address('/reports/preview', about))

export const previewFile = (about: About) => address('/reports/preview.docx', about)

/** `edition` as the preview said: two taps, or two officers, issue one edition. */
export const issueReport = (about: About & { edition: number }) =>
  ask<Wire.Edition>('POST', '/api/v1/reports', about)

export const listEditions = (after?: string) =>
  ask<{ reports: Wire.Edition[]; next: string | null }>('GET', address('/reports', { after }))

export const getEdition = (id: string) => ask<{ figures: Wire.Figures }>('GET', `/api/v1/reports/${id}`)

export type ReportFile = 'docx' | 'xlsx' | 'csv'

export const editionFile = (id: string, type: ReportFile) => `/api/v1/reports/${id}.${type}`

export const TEMPLATE_FILE = '/api/v1/reports/template.docx'

export const putTemplate = (file: File) =>
  ask<null>('PUT', address('/reports/template', { name: file.name }), file)

export const dropTemplate = () => ask<null>('DELETE', '/api/v1/reports/template')

export const listKeys = async () =>
  (await ask<{ export_keys: Wire.ExportKey[] }>('GET', '/api/v1/export-keys')).export_keys

export const makeKey = (name: string) => ask<Wire.MadeKey>('POST', '/api/v1/export-keys', { name })

export const stopKey = (id: string) => ask<null>('DELETE', `/api/v1/export-keys/${id}`)
