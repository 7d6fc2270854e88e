/**
 * Which modules travel together. Left alone, each set of pages that share something gets a file of its own, and
 * what many small files cost in compression is more than all that a third page shares.
 */
const inside = (...parts: string[]) => new RegExp(parts.join('|'))

type Graph = { getModuleInfo: (id: string) => { importers: readonly string[] } | null }

const MEMBER = inside(
  '/node_modules/(vant|@vant)/',
  '/src/(App|router|components/(?!QrCode)|composables|locales/(index|zh-CN|kinds\\.ts)|rules|sync|styles)',
)

/** Whether the member's page needs it before anything shows: import() is not among `importers`. */
function isNeededFirst(id: string, graph: Graph, seen = new Set<string>()): boolean {
  if (/\/src\/main\.ts$/.test(id)) return true
  if (seen.has(id)) return false
  seen.add(id)
  return (graph.getModuleInfo(id)?.importers ?? []).some((importer) => isNeededFirst(importer, graph, seen))
}

export const chunks = {
  groups: [
    {
      // All three pages, and what the compilers add.
      name: 'base',
      priority: 3,
      test: inside(
        '/node_modules/(@vue|vue|dpop|uuid)/',
        '/src/(api/(request|deviceName)|locales/(translate|kinds\\.zh-CN)|registerWorker|missingPart|styles/(base|tokens))',
        'preload-helper|export-helper|oxc-project',
      ),
    },
    {
      // Pages of people who sign in.
      name: 'signed-in',
      priority: 2,
      minShareCount: 2,
      test: inside('/node_modules/(dexie|vue-router)/', '/src/api/'),
    },
    {
      // What the member's first page needs of its own, and apart from it what only later pages share.
      name: (id: string, graph: Graph) => (isNeededFirst(id, graph) ? 'member' : null),
      priority: 1,
      minShareCount: 2,
      test: MEMBER,
    },
    {
      // The pages before anybody is signed in, which are the first of all.
      name: 'entrance',
      priority: 1,
      minShareCount: 2,
      test: inside(
        '/src/(composables/(signingIn|kept|privateWindow)|components/(OtherPersonNote|PlaceAdvice)|locales/person)',
      ),
    },
    { name: 'vant', priority: 2, minShareCount: 2, test: inside('/node_modules/(vant|@vant)/') },
    {
      // Encryption of rescue files: heavy, and for two pages that few ever open.
      name: 'rescue',
      priority: 1,
      minShareCount: 2,
      test: inside('/node_modules/jose/', '/src/(rescue/file|composables/rescue|components/RescueMaking)'),
    },
    { name: 'later', priority: 0, minShareCount: 2, test: MEMBER },
  ],
}
