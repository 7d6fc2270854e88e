declare const __APP_VERSION__: string

// Background Sync is not in TypeScript's DOM types: only Chromium has it.
interface SyncManager {
  register(tag: string): Promise<void>
}
interface ServiceWorkerRegistration {
  readonly sync?: SyncManager
}
interface SyncEvent extends ExtendableEvent {
  readonly tag: string
}
interface ServiceWorkerGlobalScopeEventMap {
  sync: SyncEvent
}

// Chromium's offer to install the app; no standard.
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<void>
}
