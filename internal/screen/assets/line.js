// Line is the life of what one person says, from the tap to the closed receipt.
// It knows no page, no network, no storage and no clock; `world` gives it those,
// so that a test can lose any request and any answer and look at what became of
// the words. docs/client.md draws it:
//
//   held ──first attempt──→ trying ──201──→ said ──deleted──→ gone
//                           │  ↑ │
//           silence, 5xx… ──┘  │ └──4xx──→ refused
//                     waiting ─┘
//
// held: nobody was asked yet; it may still change. trying: its bytes and key are
// frozen and under way. waiting: no answer came, so nobody knows; the same bytes
// go again later. said: it has a receipt; what is added goes out one at a time,
// in order: patches while it is open, words after the seal, a deletion before all
// else. Every step is kept before it is tried, so closing the page loses nothing.
//
// world: load() → items; keep(item); forget(item); key() → random; now() → ms;
// online() → boolean; send(request, number): answered or silent is called later;
// wake(ms): tick is called then; show(item): something about it changed.
const Line = world => {
  const KEYS_LAST = 30 * 864e5, STAY_OFFLINE = 2e4 // ms
  const join = (a, b) => a && b ? a + '\n' + b : a || b || ''
  const items = []
  const flying = {}
  let number = 0

  // unfinished: there is something left to deliver.
  const unfinished = i => i.state === 'held' || i.state === 'trying' || i.state === 'waiting' ||
    i.state === 'said' && !!(i.drop || i.look || i.out || i.patch || i.seal && !i.sealed || i.words.length || i.extra.length)

  const changed = i => {
    if (unfinished(i)) world.keep(i)
    else world.forget(i)
    world.show(i)
  }

  const fresh = (state, more) => Object.assign({
    id: world.key(), state, made: world.now(), moment: null, url: '', key: '', body: '', receipt: '', doc: null,
    text: '', extra: [], patch: null, words: [], out: null, look: false, unknown: false, full: false,
    seal: false, sealed: false, drop: false, tries: 0, at: 0, busy: 0, why: null
  }, more)

  // ---- what the person does

  // say: one tap. moment is the protocol's, without key, more and occurred_at.
  const say = (url, moment) => {
    const i = fresh('held', { url, moment, text: moment.text || '' })
    items.push(i)
    changed(i)
    go(i)
    return i
  }

  // adopt: a receipt that was opened again; what it says is unknown until asked.
  const adopt = receipt => {
    const i = fresh('said', { receipt, unknown: true })
    items.push(i)
    return i
  }

  // add: more members of the moment; its text joins what was said before.
  const add = (i, what) => {
    if (i.state === 'gone' || i.state === 'refused') return
    const { text, context, ...rest } = what
    if (i.sealed || i.seal) {
      if (text) i.words.push({ text, lang: what.lang })
    } else if (i.unknown && text) {
      i.extra.push(text)
      merge(i, rest, context)
    } else {
      i.text = join(i.text, text)
      merge(i, text ? { ...rest, text: i.text } : rest, context)
    }
    changed(i)
    go(i)
  }

  const merge = (i, members, context) => {
    if (!context && !Object.keys(members).length) return
    const to = i.state === 'held' ? i.moment : i.patch = i.patch || {}
    Object.assign(to, members)
    if (context) to.context = { ...to.context, ...context }
  }

  // tell: words after the seal, an answer back, solved or not.
  const tell = (i, words) => { i.words.push(words); changed(i); go(i) }

  // close: nothing more will be added; the team need not wait.
  const close = i => { i.seal = true; changed(i); go(i) }

  // take: take it back. What nobody was ever asked for is simply forgotten.
  const take = i => {
    if (i.state === 'held') i.state = 'gone'
    i.drop = true
    changed(i)
    go(i)
  }

  // ---- what goes out: one request of an item at a time

  const go = i => {
    if (i.busy || !unfinished(i)) return
    switch (i.state) {
      case 'held':
        if (!world.online() && world.now() - i.made < STAY_OFFLINE) return pause(i, 3)
        i.key = world.key()
        i.body = JSON.stringify({ cx: '2026-11', ...i.moment, occurred_at: new Date(i.made).toISOString(), more: !i.seal })
        // falls through: the bytes are frozen now
      case 'waiting':
        i.state = 'trying'
        return fly(i, 'POST', i.url, i.body, { 'Idempotency-Key': i.key })
      case 'said':
        return i.drop ? fly(i, 'DELETE', i.receipt) : tellNext(i)
    }
  }

  const tellNext = i => {
    if (i.look || i.unknown) return fly(i, 'GET', i.receipt)
    if (!i.out && (i.patch || i.seal && !i.sealed)) {
      i.out = i.seal ? { ...i.patch, more: false } : i.patch
      i.patch = null
    }
    if (i.out) return fly(i, 'PATCH', i.receipt, JSON.stringify(i.out))
    // Words have no key. How many there were before tells, if no answer comes,
    // whether they arrived.
    const next = i.words[0]
    if (next.before == null) return fly(i, 'GET', i.receipt)
    next.tried = true
    fly(i, 'POST', i.receipt + '/messages', JSON.stringify({ ...next, before: undefined, tried: undefined }))
  }

  const fly = (i, method, url, body, headers) => {
    const n = i.busy = ++number
    flying[n] = { i, method }
    changed(i)
    world.send({ method, url, body, headers: { Accept: 'application/json', ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers } }, n)
  }

  // ---- what comes back

  // answered: status, the body read as JSON (null if it is none), Retry-After in seconds.
  const answered = (n, status, doc, after) => {
    const { i, method } = flying[n] || {}
    if (!i) return
    delete flying[n]
    i.busy = 0
    const ours = status === 204 || doc !== null && status !== 429 && status < 500
    if (!ours) later(i, after) // too busy, broken, or somebody's sign-in page in between
    else if (i.state === 'trying') submitted(i, status, doc, after)
    else if (status === 404 || status === 410 || method === 'DELETE' && status === 204) i.state = 'gone'
    else if (method === 'GET' && status === 200) looked(i, doc)
    else if (method === 'PATCH') patched(i, status, doc)
    else if (method === 'POST') told(i, status, doc)
    else later(i, after)
    changed(i)
    if (!i.at) go(i)
  }

  // silent: no answer came. Whether it arrived, nobody knows.
  const silent = n => {
    const { i } = flying[n] || {}
    if (!i) return
    delete flying[n]
    i.busy = 0
    later(i)
    changed(i)
  }

  const submitted = (i, status, doc, after) => {
    if (status === 201 && doc.id) {
      Object.assign(i, { state: 'said', doc, receipt: doc.receipt, sealed: !doc.open_until, tries: 0, at: 0, moment: null, body: '' })
    } else if (status === 410) {
      i.state = 'gone'
    } else if ([400, 403, 413, 415, 422].includes(status)) {
      i.state = 'refused'
      i.why = doc
    } else {
      later(i, after) // still running elsewhere, or nothing we know
    }
  }

  const patched = (i, status, doc) => {
    const sent = i.out
    i.out = null
    i.tries = i.at = 0
    if (status === 200) {
      i.doc = doc
      if (sent.more === false) i.sealed = true
    } else if (status === 409) {
      i.sealed = i.look = true // too late to change it; words can still be told
      i.patch = null
    } else if (sent.text) { // too long for one text, perhaps: its end can be told as words
      i.look = i.full = true
      const { text, ...rest } = sent
      if (Object.keys(rest).length) i.out = rest
    } else i.why = doc
  }

  const told = (i, status, doc) => {
    i.tries = i.at = 0
    const { before } = i.words.shift()
    if (status < 300) i.doc = doc
    else i.why = doc
    if (i.words[0] && status < 300) i.words[0].before = before + 1
  }

  // looked: what the receipt really says settles what silence left open.
  const looked = (i, doc) => {
    i.tries = i.at = 0
    i.look = false
    i.doc = doc
    const text = doc.moment.text || '', mine = doc.messages.filter(m => m.from === 'author').length
    i.sealed = i.sealed || !doc.open_until
    if (i.words[0] && i.words[0].tried && mine > i.words[0].before) i.words.shift()
    if (i.words[0]) i.words[0].before = mine
    if (i.unknown) {
      i.unknown = false
      i.text = text
      const extra = i.extra.splice(0).reduce(join, '')
      if (extra && i.sealed) i.words.push({ text: extra })
      else if (extra) merge(i, { text: i.text = join(text, extra) })
    } else if ((i.sealed || i.full) && i.text !== text) {
      const rest = i.text.startsWith(text) ? i.text.slice(text.length).trim() : i.text
      if (rest) i.words.unshift({ text: rest, before: mine })
      i.text = text
    }
    i.full = false
  }

  // ---- time

  const later = (i, after) => {
    if (i.state === 'trying') i.state = 'waiting'
    if (i.words[0] && i.words[0].tried) i.look = true
    pause(i, Math.max(after || 0, Math.min(60, 2 ** i.tries++)))
  }

  const pause = (i, seconds) => {
    i.at = world.now() + seconds * 1e3
    changed(i)
    rouse()
  }

  const rouse = () => {
    const next = items.filter(i => i.at && unfinished(i)).map(i => i.at)
    if (next.length) world.wake(Math.max(0, Math.min(...next) - world.now()))
  }

  // tick: it is later; or the signal is back, and nobody needs to wait.
  const tick = now => {
    for (const i of items) {
      if (!i.busy && (now || i.at <= world.now())) { i.at = 0; go(i) }
    }
    rouse()
  }

  // What was not finished when the page closed. What was under way may have arrived.
  for (const i of world.load()) {
    if (world.now() - i.made > KEYS_LAST) { world.forget(i); continue }
    i.busy = i.at = 0
    if (i.state === 'trying') i.state = 'waiting'
    if (i.words[0] && i.words[0].tried) i.look = true
    items.push(i)
  }

  return { items, unfinished, say, adopt, add, tell, close, take, answered, silent, tick }
}
