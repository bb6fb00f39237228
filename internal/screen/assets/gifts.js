// What comes after the first tap: the answer as it happens, and the gifts that
// need more than a form (near me, searching while typing, keep, share).
{
  const answer = document.querySelector('.answer')
  const address = more => answer.dataset.receipt + '?part&lang=' + answer.dataset.lang + (more || '')
  const parse = html => new DOMParser().parseFromString(html, 'text/html')
  const last = {}
  let latest

  // Nothing is taken from under somebody's fingers.
  const busy = part => [...part.querySelectorAll('textarea,input:not([type=hidden])')].some(f => f === document.activeElement || f.value !== f.defaultValue || f.name === 'q' && f.value) || part.querySelector('details[open], :active')

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

  for (const done of ['focusout', 'pointerup', 'toggle']) answer.addEventListener(done, () => setTimeout(() => latest && morph(latest)), true)

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
  const keep = b => {
    attempt(() => { localStorage[WALLET] = JSON.stringify([...wallet().filter(k => k.url !== answer.dataset.receipt), { url: answer.dataset.receipt, reference: answer.dataset.reference || b.dataset.keep, at: Date.now() }]) })
    b.textContent = b.dataset.done
  }
  const share = b => {
    const url = answer.dataset.receipt
    if (navigator.share) return navigator.share({ url }).catch(() => {})
    if (navigator.clipboard) navigator.clipboard.writeText(url).then(() => { b.textContent = b.dataset.done })
  }
  const can = { near: navigator.geolocation && window.isSecureContext, keep: true, share: navigator.share || navigator.clipboard }
  const acts = { near, keep, share }

  // ready: what needs a script is shown now that there is one.
  const ready = part => {
    for (const b of part.querySelectorAll('[data-act]')) {
      b.hidden = !can[b.dataset.act]
      if (b.dataset.keep && wallet().some(k => k.url === answer.dataset.receipt)) b.textContent = b.dataset.done
      b.onclick = () => acts[b.dataset.act](b)
    }
  }
  ready(answer)
  watch()
}
