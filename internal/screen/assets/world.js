// What Line needs of a browser, as little as a tap needs. Nothing is kept before
// the first tap, and then only what is not delivered yet (under KEPT) or what a
// person chose to keep (WALLET). keep.js, which comes after the first tap, moves
// the former to IndexedDB; an empty entry says that it is there.
const WALLET = 'sayline.kept'
let KEPT = 'sayline.unsent.'
const attempt = (f, otherwise) => { try { return f() } catch { return otherwise } }
let shown = () => {}, picked = () => [], mine
let alarm
const owned = {}
const world = {
  keep: i => attempt(() => { localStorage[KEPT + i.id] = JSON.stringify(i) }),
  forget: i => attempt(() => localStorage.removeItem(KEPT + i.id)),
  own: i => attempt(() => { navigator.locks.request(KEPT + i.id, () => new Promise(end => owned[i.id] = end)) }),
  key: () => Array.from(crypto.getRandomValues(new Uint8Array(20)), b => b.toString(16).padStart(2, '0')).join(''),
  now: () => Date.now(),
  online: () => navigator.onLine !== false,
  wake: ms => { clearTimeout(alarm); alarm = setTimeout(() => line.tick(), ms) },
  show: i => shown(i),
  sign: (moment, from) => Who(from).sign(moment),
  send: ({ url, ...r }, n) => {
    const stop = new AbortController, late = setTimeout(() => stop.abort(), 15e3)
    r.headers['Accept-Language'] = document.documentElement.lang
    fetch(url, { ...r, keepalive: true, signal: stop.signal, cache: 'no-store' })
      .then(async a => line.answered(n, a.status, await a.json().catch(() => null), +a.headers.get('Retry-After')), () => line.silent(n))
      .finally(() => clearTimeout(late))
  }
}
const line = Line(world)
addEventListener('online', () => line.tick(true))
// In a dialog of another site (ways/button.js) Escape closes it from in here too.
addEventListener('keydown', e => { if (e.key === 'Escape' && parent !== window) parent.postMessage('cx-close', '*') })

// more loads what comes after the first act, once; looking is no act yet, and
// leaves nothing on the device.
let acted, come
const more = looking => {
  if (!looking) { acted = 1; attempt(() => settle()) }
  const main = document.querySelector('[data-gifts]'), of = main && main.dataset, l = document.createElement('link'), s = document.createElement('script')
  if (!of || of.on) return
  of.on = 1
  l.rel = 'stylesheet'
  l.href = of.sheet
  s.src = of.gifts
  s.onerror = () => { s.remove(); of.on = ''; setTimeout(more, 5e3, looking) }
  l.onload = l.onerror = () => document.head.append(s)
  document.head.append(l)
}

// A photo or a voice: the device's own picker, or recording in the page.
let record = pick => { wanted = pick; more() }, wanted
document.addEventListener('click', e => {
  const pick = e.target.closest('.pick')
  if (!pick) return
  if (pick.matches('.mic') && window.MediaRecorder && navigator.mediaDevices && !pick.dataset.plain) {
    e.preventDefault()
    record(pick)
  } else more()
})

// forms: what the forms of an answer do, done by the line instead of a new page;
// does has a deed for each value of "do", gifts.js adds to them.
const does = {
  add: (i, last, form) => {
    const text = last('text')
    line.add(i, text ? { text } : {})
    picked(form).forEach(m => line.attach(i, m))
  },
  seal: i => line.close(i),
  withdraw: i => line.take(i)
}
const forms = (answer, mine) => answer.addEventListener('submit', e => {
  const f = new FormData(e.target), b = e.submitter
  if (e.target.method !== 'post' || !b) return
  if (b.name) f.append(b.name, b.value)
  const last = name => f.getAll(name).pop() || undefined
  if (!does[last('do')]) return
  does[last('do')](mine(), last, e.target)
  e.preventDefault()
  e.target.reset()
  if (document.activeElement.value !== undefined) document.activeElement.blur()
})
