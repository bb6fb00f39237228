// The queue on the device, for pages and for the service worker: what is not
// delivered yet and its photos and voices, in IndexedDB; and whose each item is.
// An item belongs to one page at a time, by a lock of the browser that ends with
// the page; where there are no locks, by a lease that ends soon after it.
const Queue = (() => {
  const LEASE = 'sayline.lease.', LEASE_LASTS = 2e4, LEASE_BEAT = 5e3 // ms
  const locks = navigator.locks
  let opened

  const open = () => opened = opened || new Promise((got, no) => {
    const r = indexedDB.open(queue.name, 1)
    r.onupgradeneeded = () => {
      r.result.createObjectStore('unsent', { keyPath: 'id' })
      r.result.createObjectStore('media')
      r.result.createObjectStore('shared')
    }
    r.onsuccess = () => {
      r.result.onversionchange = () => r.result.close()
      r.result.onclose = () => opened = null
      got(r.result)
    }
    r.onerror = r.onblocked = () => no(r.error)
  }).catch(e => { opened = null; throw e })

  // run does one thing in one store, and ends when it is on the device.
  const run = (store, f, mode) => open().then(db => new Promise((got, no) => {
    const t = db.transaction(store, mode || 'readwrite'), r = f(t.objectStore(store))
    t.oncomplete = () => got(r.result)
    t.onabort = t.onerror = () => no(t.error)
  }))

  // own makes an item this page's: true once it is, false where wait is not set
  // and it is somebody else's. It ends with disown, or with the page.
  const mine = {}
  const own = (id, wait) => new Promise(got => {
    if (mine[id]) return got(true)
    if (!locks) return lease(id, wait, got)
    locks.request('sayline.unsent.' + id, wait ? {} : { ifAvailable: true }, lock => {
      got(!!lock)
      if (lock) return new Promise(end => mine[id] = end)
    }).catch(() => got(false))
  })
  const disown = id => {
    if (mine[id]) mine[id]()
    delete mine[id]
  }

  const lease = (id, wait, got) => {
    const at = LEASE + id, beat = () => localStorage[at] = Date.now() + LEASE_LASTS
    if (+localStorage[at] > Date.now()) return wait ? setTimeout(lease, LEASE_BEAT, id, wait, got) : got(false)
    beat()
    const timer = setInterval(beat, LEASE_BEAT)
    mine[id] = () => { clearInterval(timer); localStorage.removeItem(at) }
    addEventListener('pagehide', () => disown(id))
    got(true)
  }

  const queue = {
    name: 'sayline', // of the database; kiosks have their own
    own, disown,
    ids: () => run('unsent', s => s.getAllKeys(), 'readonly'),
    get: id => run('unsent', s => s.get(id), 'readonly'),
    put: item => run('unsent', s => s.put(item)),
    remove: id => run('unsent', s => s.delete(id)),
    content: id => run('media', s => s.get(id), 'readonly'),
    keepContent: (id, blob) => run('media', s => s.put(blob, id)),
    discard: id => run('media', s => s.delete(id)),
    share: what => run('shared', s => s.put(what, 'last')),
    shared: () => run('shared', s => s.get('last'), 'readonly').then(what => run('shared', s => s.delete('last')).then(() => what))
  }
  return queue
})()

// The request of a moment with its first photo or voice, or of one alone.
const parcel = ({ body, media, headers }, blob) => {
  if (!body) return { body: blob, headers: { ...headers, 'Content-Type': media.type } }
  const form = new FormData
  form.append('moment', body)
  form.append(media.kind, blob, media.kind)
  return { body: form, headers }
}
