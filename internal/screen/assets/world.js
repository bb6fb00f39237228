// What Line needs of a browser. Nothing is kept before the first tap, and only
// what is not delivered yet (under KEPT) or what a person chose to keep (WALLET).
const KEPT = 'sayline.unsent.', WALLET = 'sayline.kept'
const attempt = (f, otherwise) => { try { return f() } catch { return otherwise } }
let shown = () => {}
let alarm
const line = Line({
  load: () => attempt(() => Object.keys(localStorage).filter(k => k.startsWith(KEPT)).map(k => JSON.parse(localStorage[k])), []),
  keep: i => attempt(() => { localStorage[KEPT + i.id] = JSON.stringify(i) }),
  forget: i => attempt(() => localStorage.removeItem(KEPT + i.id)),
  key: () => Array.from(crypto.getRandomValues(new Uint8Array(20)), b => b.toString(16).padStart(2, '0')).join(''),
  now: () => Date.now(),
  online: () => navigator.onLine !== false,
  wake: ms => { clearTimeout(alarm); alarm = setTimeout(() => line.tick(), ms) },
  show: i => shown(i),
  send: ({ url, ...r }, n) => {
    const stop = new AbortController, late = setTimeout(() => stop.abort(), 15e3)
    r.headers['Accept-Language'] = document.documentElement.lang
    fetch(url, { ...r, keepalive: true, signal: stop.signal, cache: 'no-store' })
      .then(async a => line.answered(n, a.status, await a.json().catch(() => null), +a.headers.get('Retry-After')), () => line.silent(n))
      .finally(() => clearTimeout(late))
  }
})
addEventListener('online', () => line.tick(true))

// forms: what the forms of an answer do, done by the line instead of a new page.
const forms = (answer, mine) => answer.addEventListener('submit', e => {
  const f = new FormData(e.target), b = e.submitter
  if (e.target.method !== 'post' || !b) return
  if (b.name) f.append(b.name, b.value)
  const last = name => f.getAll(name).pop() || undefined
  const text = last('text'), feeling = +last('feeling') || undefined, what = {}, where = {}
  for (const name of ['topic', 'text']) if (last(name)) what[name] = last(name)
  if (feeling) what.feeling = feeling
  if (last('place')) where.place = { id: last('place') }
  if (last('product')) where.product = last('product')
  if (last('place') || last('product')) what.context = where
  switch (last('do')) {
    case 'add': line.add(mine(), what); break
    case 'seal': line.close(mine()); break
    case 'message': line.tell(mine(), { text, feeling, lang: document.documentElement.lang, solved: { yes: true, no: false }[last('solved')] }); break
    case 'withdraw': line.take(mine()); break
    default: return
  }
  e.preventDefault()
  e.target.reset()
  if (document.activeElement.value !== undefined) document.activeElement.blur()
})
