// The service worker of one brand. It opens the touch screen where there is no
// network, takes in what is shared from other apps, and delivers what waits
// when no page does. It comes after a person's first act (keep.js). The server
// puts before this line: const BASE (path of the brand's screen), ASSETS (paths).
const SCREENS = 'sayline-screens' + BASE, FILES = 'sayline-files' + BASE
const PATIENCE = 3e3, MOST = 20 // ms for the network; screens kept

self.addEventListener('install', e => e.waitUntil(caches.open(FILES).then(c => c.addAll(ASSETS)).then(() => self.skipWaiting())))
self.addEventListener('activate', e => e.waitUntil((async () => {
  const files = await caches.open(FILES)
  for (const r of await files.keys()) if (!ASSETS.includes(new URL(r.url).pathname)) await files.delete(r)
  await self.clients.claim()
})()))

// A screen is kept without what somebody had filled in.
const nameOf = url => {
  const lang = url.searchParams.get('lang')
  if (url.searchParams.has('kiosk')) return url.origin + url.pathname + '?kiosk'
  return url.origin + url.pathname + (lang ? '?lang=' + lang : '')
}
const isScreen = url => url.pathname === BASE || ['t', '01', '414'].some(s => url.pathname.startsWith(BASE + '/' + s + '/'))

const keepScreen = async (url, answer) => {
  if (answer.status !== 200 || [...url.searchParams.keys()].some(k => k !== 'lang' && k !== 'kiosk')) return
  const cache = await caches.open(SCREENS), name = nameOf(url)
  await cache.put(name, answer) // in the place of what was, or not at all: a line that breaks here loses nothing
  for (const old of (await cache.keys()).slice(0, -MOST)) await cache.delete(old, { ignoreVary: true })
}

// The network first, for a while; then the same screen as it was seen last, in
// any language, or the brand's front door.
const screen = async (e, url) => {
  const asked = fetch(e.request).then(a => {
    if (a.ok) e.waitUntil(keepScreen(url, a.clone()))
    return a
  })
  const slow = new Promise(late => setTimeout(late, PATIENCE))
  const soon = await Promise.race([asked.catch(() => {}), slow])
  if (soon && soon.status < 500) return soon
  const cache = await caches.open(SCREENS)
  for (const [name, how] of [[nameOf(url), {}], [url.origin + url.pathname, { ignoreSearch: true }], [url.origin + BASE, { ignoreSearch: true }]]) {
    const kept = await cache.match(name, { ignoreVary: true, ...how })
    if (kept) return kept
  }
  return soon || asked
}

const file = async request => await (await caches.open(FILES)).match(request, { ignoreVary: true }) || fetch(request)

// Shared from another app: kept until the screen that opens has taken it in.
const share = async request => {
  const f = await request.formData()
  await Queue.share({
    text: ['title', 'text', 'url'].map(n => f.get(n)).filter(Boolean).join('\n'),
    files: f.getAll('photo').filter(p => p.size)
  })
  return Response.redirect(BASE + '?shared', 303)
}

self.addEventListener('fetch', e => {
  const url = new URL(e.request.url), { method, mode } = e.request
  if (url.origin !== location.origin) return
  if (method === 'POST' && url.pathname === BASE + '/share') e.respondWith(share(e.request))
  else if (method === 'GET' && mode === 'navigate' && isScreen(url)) e.respondWith(screen(e, url))
  else if (method === 'GET' && ASSETS.includes(url.pathname)) e.respondWith(file(e.request))
})

self.addEventListener('message', e => {
  const url = e.data.seen && new URL(e.data.seen)
  if (url && url.origin === location.origin && isScreen(url)) e.waitUntil(fetch(nameOf(url)).then(a => keepScreen(new URL(nameOf(url)), a)).catch(() => {}))
})

// ---- delivering: what no page delivers, by the same line
const LASTS = 12e4 // ms; the browser calls again
const deliver = async () => {
  let line, alarm, done, pending = 1, over = false, last = Promise.resolve()
  const finished = new Promise(ok => done = ok)
  const kept = f => last = last.then(f).catch(() => {})
  const world = {
    keep: i => { const copy = JSON.parse(JSON.stringify(i)); kept(() => Queue.put(copy)) },
    forget: i => { kept(() => Queue.remove(i.id)).then(() => Queue.disown(i.id)) },
    own: i => Queue.own(i.id),
    key: () => Array.from(crypto.getRandomValues(new Uint8Array(20)), b => b.toString(16).padStart(2, '0')).join(''),
    now: () => Date.now(),
    online: () => navigator.onLine !== false,
    wake: ms => { clearTimeout(alarm); alarm = setTimeout(() => line.tick(), ms) },
    show: () => { if (!pending && !line.items.some(line.unfinished)) last.then(done) },
    discard: m => kept(() => Queue.discard(m.id)),
    stop: () => {},
    sign: (moment, from) => Who(from).sign(moment),
    send: ({ url, media, ...r }, n) => last.then(async () => {
      const blob = media && await Queue.content(media.id)
      if (media && !blob) return line.answered(n, 415, {}, 0)
      const a = await fetch(url, { ...r, ...(media ? parcel({ ...r, media }, blob) : {}), cache: 'no-store', signal: AbortSignal.timeout(LASTS) })
      line.answered(n, a.status, await a.json().catch(() => null), +a.headers.get('Retry-After'))
    }).catch(() => {
      line.silent(n)
      last.then(done) // no network after all: a page, or the browser, tries again
    })
  }
  line = Talk(Line(world), world)
  const ids = await Queue.ids(), end = setTimeout(() => done(), LASTS)
  // A page that is open delivers its own; once it is gone, its lock is ours.
  const claim = async id => {
    pending++
    if (await Queue.own(id, true)) {
      const item = !over && await Queue.get(id)
      if (item) line.claim([item])
      else Queue.disown(id)
    }
    pending--
    world.show()
  }
  ids.forEach(claim)
  pending--
  world.show()
  await finished
  over = true
  clearTimeout(end)
  clearTimeout(alarm)
  for (const id of ids) Queue.disown(id)
  if ((await Queue.ids()).length) throw new Error('something still waits')
}
let delivering // one at a time: what one has, another would take for its own
self.addEventListener('sync', e => { if (e.tag === 'sayline') e.waitUntil(delivering = delivering || deliver().finally(() => { delivering = null })) })
