/**
 * What a phone has and node has not: IndexedDB, a page's address, a network. Only the network is scripted.
 */
import 'fake-indexeddb/auto'
import { vi } from 'vitest'

vi.stubGlobal('self', globalThis)
vi.stubGlobal('location', { origin: 'https://workstation.test' })
vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 (Linux; Android 14) Mobile' })
