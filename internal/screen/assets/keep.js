// What a page does once somebody has acted: the queue moves to IndexedDB, what
// other pages left behind is claimed, and the service worker is asked in, which
// opens the screen without a network and delivers when no page is open.
const others = new Set // what other pages of this device have not delivered yet
let settled = false
const settle = () => {
  if (settled) return
  settled = true
  const base = new URL(document.querySelector('[data-base]').dataset.base, location)
  const inline = { keep: world.keep, forget: world.forget, send: world.send }
  const contents = {}, uploads = {}, alive = new Set, asked = new Set
  let last = Promise.resolve() // of what is on its way to the device
  const next = f => last = last.then(f).catch(() => {})

  // ---- what is said about it: a sign while something still waits
  const told = shown, isLate = i => line.unfinished(i) && (i.tries || i !== mine && i.state !== 'said')
  shown = i => {
    told(i)
    const late = others.size || line.items.some(isLate)
    let sign = document.querySelector('.sign'), foot = document.querySelector('.say footer')
    if (!sign && late && foot) foot.prepend(sign = make('p', { className: 'sign' }, WORDS.waiting_sign))
    if (sign) sign.hidden = !late
  }

  // ---- what is kept. An item stands in localStorage until IndexedDB has it.
  world.keep = i => {
    const copy = JSON.parse(JSON.stringify(i))
    alive.add(i.id)
    next(() => Queue.put(copy).then(() => attempt(() => {
      if (alive.has(i.id)) localStorage[KEPT + i.id] = ''
    }), () => inline.keep(copy)))
    if (document.hidden || !navigator.onLine) later()
  }
  world.forget = i => {
    alive.delete(i.id)
    inline.forget(i)
    next(() => Queue.remove(i.id)).then(() => {
      Queue.disown(i.id)
      if (owned[i.id]) owned[i.id]()
    })
  }
  world.own = i => Queue.own(i.id)
  world.content = (m, blob) => {
    contents[m.id] = blob
    next(() => Queue.keepContent(m.id, blob))
  }
  world.discard = m => {
    delete contents[m.id]
    next(() => Queue.discard(m.id))
  }

  // ---- what is sent: nothing leaves before it is kept
  world.send = (r, n) => last.then(() => r.media ? upload(r, n) : inline.send(r, n))
  world.stop = n => {
    const x = uploads[n]
    delete uploads[n]
    if (x) { x.onloadend = null; x.abort() }
  }
  const STALLED = 3e4 // ms without a byte
  const upload = async (r, n) => {
    const blob = contents[r.media.id] || await Queue.content(r.media.id).catch(() => {})
    if (!blob) return line.answered(n, 415, { detail: r.media.lost || '' }, 0)
    const { body, headers } = parcel(r, blob), x = uploads[n] = new XMLHttpRequest
    let timer
    const beat = () => { clearTimeout(timer); timer = setTimeout(() => x.abort(), STALLED) }
    x.open(r.method, r.url)
    for (const name in headers) x.setRequestHeader(name, headers[name])
    x.setRequestHeader('Accept-Language', document.documentElement.lang)
    x.upload.onprogress = e => { beat(); if (e.lengthComputable) line.moved(n, e.loaded / e.total) }
    x.onloadend = () => {
      clearTimeout(timer)
      delete uploads[n]
      if (!x.status) return line.silent(n)
      line.answered(n, x.status, attempt(() => JSON.parse(x.responseText), null), +x.getResponseHeader('Retry-After'))
    }
    beat()
    x.send(body)
  }

  // ---- what others left behind
  const read = async id => {
    const row = await Queue.get(id).catch(() => {}), here = attempt(() => localStorage[KEPT + id])
    if (here) return JSON.parse(here) // IndexedDB never had it, or not this much of it
    if (!row) attempt(() => localStorage.removeItem(KEPT + id))
    return row
  }
  const claim = async (id, wait) => {
    if (asked.has(id) || line.items.some(i => i.id === id)) return
    asked.add(id)
    const ours = await Queue.own(id, wait), item = ours && await read(id)
    asked.delete(id)
    if (ours) others.delete(id)
    if (ours && !item) Queue.disown(id)
    else if (!ours) { others.add(id); claim(id, true) } // once its page is gone
    else if (wait) line.claim([item])
    shown({})
    return item
  }
  const left = () => attempt(() => Object.keys(localStorage).filter(k => k.startsWith(KEPT)).map(k => k.slice(KEPT.length)), [])
  const collect = async () => {
    const ids = new Set([...left(), ...await Queue.ids().catch(() => [])])
    const items = await Promise.all([...ids].map(id => claim(id)))
    line.claim(items.filter(Boolean))
  }
  // What another page has just made is its own: its lock is on the way, and ours
  // waits behind it.
  const BEHIND = 1e3 // ms
  addEventListener('storage', e => {
    if (!e.key || !e.key.startsWith(KEPT)) return
    const id = e.key.slice(KEPT.length)
    if (e.newValue === null) others.delete(id)
    else if (!others.has(id)) { others.add(id); setTimeout(claim, BEHIND, id, true) }
    shown({})
  })
  const nudge = () => { if (!document.hidden) { collect(); line.tick(true) } else later() }
  document.addEventListener('visibilitychange', nudge)
  addEventListener('online', () => collect())
  // A page that is left is nobody's owner, even where the browser keeps it for
  // coming back; if it does, it begins anew.
  addEventListener('pagehide', () => line.items.forEach(i => Queue.disown(i.id)))
  addEventListener('pageshow', e => { if (e.persisted) location.reload() })

  // ---- the service worker: after the first act, never before
  let worker = Promise.resolve()
  const later = () => {
    if (!line.items.some(line.unfinished)) return
    worker.then(r => r && r.sync && r.sync.register('sayline')).catch(() => {})
  }
  if (navigator.serviceWorker) {
    worker = navigator.serviceWorker.register(base + '/sw.js', { scope: base.pathname })
      .then(() => navigator.serviceWorker.ready).catch(() => {})
    const at = document.querySelector('.say') && performance.getEntriesByType('navigation')[0]
    worker.then(r => r && at && r.active.postMessage({ seen: at.name }))
  }
  document.head.append(
    make('link', { rel: 'manifest', href: base + '/manifest.webmanifest?lang=' + document.documentElement.lang }),
    make('link', { rel: 'apple-touch-icon', href: base + '/icon/180.png' }))

  for (const i of line.items) if (line.unfinished(i)) world.keep(i)
  collect()
}
