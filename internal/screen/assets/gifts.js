// What comes after the first tap: the answer as it happens, and the gifts that
// need more than a form (near me, searching while typing, keep, share, when).
let live
{
  const answer = document.querySelector('.answer')
  const address = more => answer.dataset.receipt + '?part&lang=' + answer.dataset.lang + (more || '')
  const parse = html => new DOMParser().parseFromString(html, 'text/html')
  const last = {}
  let latest

  // Nothing is taken from under somebody's fingers.
  const busy = part => [...part.querySelectorAll('textarea,input:not([type=hidden])')].some(f => f === document.activeElement || f.value !== f.defaultValue || f.name === 'q' && f.value) || part.querySelector('details[open], :active') || [...part.querySelectorAll('audio')].some(a => !a.paused)

  // morph: puts what changed in its place.
  const morph = html => {
    const next = parse(latest = html)
    for (const part of next.querySelectorAll('[data-part]')) {
      const html = part.innerHTML, name = part.dataset.part, old = answer.querySelector('[data-part=' + name + ']')
      if (last[name] === html || busy(old)) continue
      for (const sort of ['.on', '.theirs', '.mine']) {
        const before = old.querySelectorAll(sort).length
        if (name in last || before) for (const s of [...part.querySelectorAll(sort)].slice(before)) s.classList.add('new')
      }
      last[name] = html
      if (name === 'truth') answer.querySelector('[role=status]').textContent = part.querySelector('h1').textContent
      const had = old.contains(document.activeElement)
      old.replaceWith(part)
      if (had) answer.querySelector('h1').focus({ preventScroll: true })
      ready(part)
    }
  }

  for (const done of ['focusout', 'pointerup', 'toggle', 'pause']) answer.addEventListener(done, () => setTimeout(() => latest && morph(latest)), true)

  // ---- live: a stream while the server keeps it open, then asking now and then
  let source, tag, timer, closed = false
  const gone = () => {
    closed = true
    if (source) source.close()
    location.replace(answer.dataset.gone)
  }
  const poll = async () => {
    clearTimeout(timer)
    if (closed) return
    try {
      const a = await fetch(address(), { headers: { Accept: 'text/html', ...(tag ? { 'If-None-Match': tag } : {}) }, cache: 'no-store' })
      if (a.status === 404) return gone()
      if (a.status === 200) { tag = a.headers.get('ETag'); morph(await a.text()) }
    } catch { }
    timer = setTimeout(poll, 15e3)
  }
  const watch = () => {
    clearTimeout(timer)
    if (!window.EventSource) return poll()
    source = new EventSource(address())
    source.addEventListener('page', e => morph(e.data))
    source.addEventListener('gone', gone)
    source.addEventListener('end', () => { source.close(); poll() })
    source.onerror = () => { if (source.readyState === 2) poll() }
  }
  // A page that is left may be kept for coming back, and would keep its
  // connection: a browser has six for a host.
  addEventListener('pagehide', () => source && source.close())
  document.addEventListener('visibilitychange', () => { if (!document.hidden && !closed && (!source || source.readyState === 2)) watch() })

  // ---- places and products: near me, or while typing
  const find = async (form, more) => {
    try {
      const a = await fetch(address(more), { headers: { Accept: 'text/html' } })
      const found = a.ok && parse(await a.text()).querySelector('.found')
      if (found) answer.querySelector('.found').replaceWith(found)
    } catch { }
  }
  let typing
  answer.addEventListener('input', e => {
    if (e.target.name !== 'q') return
    clearTimeout(typing)
    typing = setTimeout(find, 200, e.target.form, '&q=' + encodeURIComponent(e.target.value))
  })
  answer.addEventListener('submit', e => {
    if (e.target.matches('.found')) { // chosen: what was typed to find it is done with
      const q = answer.querySelector('[name=q]')
      if (q) { q.value = ''; q.blur() }
    }
    if (e.target.method !== 'get') return
    e.preventDefault()
    find(e.target, '&q=' + encodeURIComponent(new FormData(e.target).get('q')))
  })
  const near = b => navigator.geolocation.getCurrentPosition(
    // No finer than a hundred metres, and only to put the list in order.
    p => find(b, '&lat=' + p.coords.latitude.toFixed(3) + '&long=' + p.coords.longitude.toFixed(3)),
    () => { b.nextElementSibling.hidden = false }, { maximumAge: 6e4, timeout: 1e4 })

  // ---- keep and share
  const wallet = () => attempt(() => JSON.parse(localStorage[WALLET]), [])
  // The wallet of all brands is the operator's /say. On its own host it is kept
  // there at once, and a second tap leads there; from another the link hands it
  // over in its fragment, which no server is told.
  const keep = (b, e) => {
    const had = wallet().some(k => k.url === answer.dataset.receipt)
    attempt(() => { localStorage[WALLET] = JSON.stringify([...wallet().filter(k => k.url !== answer.dataset.receipt), { url: answer.dataset.receipt, brand: b.dataset.brand, reference: answer.dataset.reference || b.dataset.keep, at: Date.now() }]) })
    b.textContent = b.dataset.done
    if (!had && (!b.href || new URL(b.href).origin === location.origin)) e.preventDefault()
  }
  const share = b => {
    const url = answer.dataset.receipt
    if (navigator.share) return navigator.share({ url }).catch(() => {})
    if (navigator.clipboard) navigator.clipboard.writeText(url).then(() => { b.textContent = b.dataset.done })
  }
  // tell: this browser asks to be told, without a name. Its worker lives under the
  // receipt, so that it knows where to lead to.
  const scope = () => new URL(answer.dataset.receipt).pathname + '/tell'
  const active = w => w.state === 'activated' || new Promise(done => w.addEventListener('statechange', () => w.state === 'activated' && done()))
  const asked = () => navigator.serviceWorker.getRegistration(scope()).then(r => r && r.scope.endsWith(scope()) && r)
  // The part it stands in may be drawn anew meanwhile: what was asked is the
  // page's, and each button that comes shows it.
  let telling = null
  const tells = now => {
    telling = now
    for (const b of answer.querySelectorAll('[data-act=tell]')) tellable(b)
  }
  const tellable = b => {
    if (!telling) return
    b.disabled = true
    if (b.dataset[telling]) b.textContent = b.dataset[telling]
  }
  const tell = async b => {
    tells('asking')
    try {
      if (await Notification.requestPermission() !== 'granted') throw 0
      const r = await navigator.serviceWorker.register(b.dataset.worker, { scope: scope() })
      await active(r.active || r.waiting || r.installing)
      const to = await r.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: b.dataset.key })
      const a = await fetch(answer.dataset.receipt + '/push', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(to) })
      if (!a.ok) throw 0
      tells('done')
    } catch {
      asked().then(r => r && r.unregister()).catch(() => {})
      tells('no')
    }
  }
  const can = { near: navigator.geolocation && window.isSecureContext, keep: true, share: navigator.share || navigator.clipboard, tell: window.PushManager && window.Notification && navigator.serviceWorker && Notification.permission !== 'denied' }
  const acts = { near, keep, share, tell }

  // ready: what needs a script is shown now that there is one.
  const ready = part => {
    for (const b of part.querySelectorAll('[data-act]')) {
      b.hidden = !can[b.dataset.act]
      if (b.dataset.keep && wallet().some(k => k.url === answer.dataset.receipt)) b.textContent = b.dataset.done
      if (b.dataset.act === 'tell' && telling) tellable(b)
      else if (b.dataset.act === 'tell' && can.tell) asked().then(r => { if (r && !telling) tells('done') }).catch(() => {})
      b.onclick = e => acts[b.dataset.act](b, e)
    }
  }
  live = () => {
    live = () => {}
    const number = answer.querySelector('.reference'), said = mine && mine.doc
    if (said && number.dataset.with) {
      answer.dataset.reference = said.reference
      number.textContent = number.dataset.with.replace('{}', said.reference)
    }
    ready(answer)
    watch()
  }
  addEventListener('popstate', () => location.reload())
  if (answer.dataset.receipt) live()
}

// The answers that were kept on this device, of this brand.
{
  const base = document.querySelector('[data-base]').dataset.base, foot = document.querySelector('.say footer')
  const kept = attempt(() => JSON.parse(localStorage[WALLET]), []).filter(k => k.url.startsWith(new URL(base + '/r/', location).href))
  if (foot && kept.length) {
    const links = kept.flatMap(k => [' ', make('a', { href: k.url }, k.reference)])
    foot.append(make('p', { className: 'kept' }, icon('M5 3h10v14l-5-4-5 4z', 20), make('span', {}, WORDS.your_answers, ...links)))
  }
}

// happened: when it was, for who says it later: earlier today is half of the
// day so far, yesterday the same hour.
const happened = (when, at) => {
  const now = new Date, midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate())
  const t = { earlier: (+midnight + +now) / 2, yesterday: +new Date(new Date(now).setDate(now.getDate() - 1)), at: +new Date(at) }[when]
  return new Date(t || now).toISOString()
}

// The deeds that need more than words.
does.add = (i, last, form) => {
  const what = {}, where = {}
  for (const name of ['topic', 'text']) if (last(name)) what[name] = last(name)
  if (+last('feeling')) what.feeling = +last('feeling')
  if (last('place')) where.place = { id: last('place') }
  if (last('product')) where.product = last('product')
  if (last('place') || last('product')) what.context = where
  if (last('when')) what.occurred_at = happened(last('when'), last('at'))
  for (const name of ['name', 'email', 'phone']) if ((last(name) || '').trim()) what.contact = { ...what.contact, [name]: last(name).trim() }
  line.add(i, what)
  picked(form).forEach(m => line.attach(i, m))
  const fold = form.closest('details')
  if (fold) { fold.open = false; form.reset() } // answered: what comes next may take its place
}
does.message = (i, last) => line.tell(i, { text: last('text'), feeling: +last('feeling') || undefined, lang: document.documentElement.lang, solved: { yes: true, no: false }[last('solved')] })

// Who comes from the brand's own app is greeted: it is said who they are, and one
// touch takes it off. A member who taps for a guest has a pass.
if (document.querySelector('.say') && location.hash) {
  const main = document.querySelector('main'), known = main.querySelector('.known'), who = Who(location.hash)
  const named = name => {
    known.hidden = !name
    main.querySelector('.anon').hidden = !!name
    known.firstChild.textContent = known.firstChild.dataset.with.replace('{}', '\u2068' + name + '\u2069')
  }
  if (/[#&](proof|staff)=/.test(location.hash)) history.replaceState(null, '', location.pathname + location.search)
  if (!known) who.proof = ''
  if (who.proof) {
    named(who.name)
    known.querySelector('button').onclick = () => named(who.proof = '')
  }
  come = who.sign
}
