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
// held: nobody was asked yet; it may still change. trying: its bytes are frozen
// and under way. waiting: no answer came, so nobody knows; the same bytes go
// again later. said: it has a receipt; what is added goes out one at a time, in
// order: patches while it is open, photos and voices, the seal, words after it;
// a deletion before all else. Every step is kept before it is tried, so closing
// the page loses nothing. An item has one line at a time: who finds one that
// another page left behind claims it first (queue.js).
//
// What a tap needs is here, in the first response; what a longer talk needs is
// in talk.js, which comes after the first tap.
//
// world: keep(item); forget(item); own(item): it is this page's; key() → random;
// now() → ms; online() → boolean; send(request, number): answered or silent is
// called later; stop(number); discard(media): its content is not needed any more;
// sign(moment, from): says in the moment who it is from; patient: instead of PATIENT;
// wake(ms): tick is called then; show(item): something about it changed.
const Line = world => {
  const STAY_OFFLINE = 2e4 // ms
  const join = (a, b) => a && b ? a + '\n' + b : a || b || ''
  const items = [], flying = {}
  let number = 0

  const undelivered = i => i.state === 'held' || i.state === 'trying' || i.state === 'waiting'
  const over = i => i.state === 'gone' || i.state === 'refused'

  // unfinished: there is something left to deliver.
  const unfinished = i => undelivered(i) ||
    i.state === 'said' && !!(i.drop || i.look || i.out || i.patch || i.seal && !i.sealed || i.media.length || i.words.length || i.extra.length)

  const changed = i => {
    if (over(i)) for (const m of i.media.splice(0)) world.discard(m)
    if (unfinished(i)) world.keep(i)
    else world.forget(i)
    world.show(i)
  }

  const fresh = (state, more) => {
    const i = Object.assign({
      // What is not there yet is not there: url, moment, body, doc, patch, out, …
      id: world.key(), key: world.key(), state, made: world.now(), receipt: '', extra: [], media: [], words: [], tries: 0, at: 0
    }, more)
    items.push(i)
    world.own(i)
    return i
  }

  // bare: nothing is said but what is attached.
  const bare = m => !m.feeling && !m.topic && !m.text

  // ---- what the person does

  // say: one tap, with what was attached before it. moment is the protocol's,
  // without more; occurred_at is the time of the tap, unless it says another.
  // from: what stands behind the # of the page's address and nobody has read
  // yet; it may tell who says it, so the tap is kept and waits for Talk, who reads it.
  const say = (url, moment, media, from) => {
    const { lang, context } = moment
    const i = fresh('held', { url, moment, about: { lang, context, class: moment.class }, text: moment.text, media: media || [], from })
    changed(i)
    run()
    return i
  }

  // add: more members of the moment; its text joins what was said before.
  const add = (i, what) => {
    const { text, context, ...rest } = what
    if (text) rest.text = i.text = join(i.text, text)
    merge(i, rest, context)
    changed(i)
    go(i)
  }

  const merge = (i, members, context) => {
    if (!context && !Object.keys(members).length) return
    const to = i.state === 'held' ? i.moment : i.patch = i.patch || {}
    Object.assign(to, members)
    if (context) to.context = { ...to.context, ...context }
  }

  // close: nothing more will be added; the team need not wait.
  const close = i => { i.seal = true; changed(i); go(i) }

  // take: take it back. What nobody was ever asked for is simply forgotten.
  const take = i => {
    if (i.state === 'held') i.state = 'gone'
    i.drop = true
    changed(i)
    run()
  }

  // ---- what goes out: one request of an item at a time

  const go = i => {
    if (i.busy || !unfinished(i) || i.from || line.behind(i)) return
    switch (i.state) {
      case 'held':
        if (!world.online() && world.now() - i.made < STAY_OFFLINE) return pause(i, 3)
        i.first = bare(i.moment) && i.media[0] ? i.media[0].id : ''
        i.body = JSON.stringify({ cx: '2026-11', occurred_at: new Date(i.made).toISOString(), ...i.moment, more: !i.seal || i.media.length > (i.first ? 1 : 0) })
        // falls through: the bytes are frozen now
      case 'waiting':
        i.state = 'trying'
        return fly(i, 'POST', i.url, i.body, { 'Idempotency-Key': i.key }, i.media.find(m => m.id === i.first))
      case 'said':
        if (i.drop) return fly(i, 'DELETE', i.receipt)
        if (i.look || i.unknown || !patch(i)) line.talk(i)
    }
  }

  // run lets everybody go who needs not wait.
  const run = () => { for (const i of [...items]) if (!i.at) go(i) }

  // patch sends what was added, and the seal once nothing else is to come.
  const patch = i => {
    const last = i.seal && !i.sealed && !i.media.length
    if (!i.out && (i.patch || last)) {
      i.out = last ? { ...i.patch, more: false } : i.patch
      i.patch = null
    }
    if (i.out) fly(i, 'PATCH', i.receipt, JSON.stringify(i.out))
    return i.out
  }

  // fly: body alone is JSON, media alone is its content, both together a form.
  const fly = (i, method, url, body, headers, media) => {
    const n = i.busy = ++number
    flying[n] = { i, method, media }
    i.progress = 0
    changed(i)
    world.send({ method, url, body, media, headers: { Accept: 'application/json', ...(body && !media ? { 'Content-Type': 'application/json' } : {}), ...headers } }, n)
  }

  // ---- what comes back

  // landed: who it was that has an answer now, or none.
  const landed = n => {
    const f = flying[n] || {}
    delete flying[n]
    if (f.i) f.i.busy = 0
    return f
  }

  // answered: status, the body read as JSON (null if it is none), Retry-After in seconds.
  const answered = (n, status, doc, after) => {
    const { i, method, media } = landed(n)
    if (!i) return
    const ours = status === 204 || doc !== null && status !== 429 && status < 500
    if (!ours) later(i, after) // too busy, broken, or somebody's sign-in page in between
    else if (i.state === 'trying') submitted(i, status, doc, after)
    else if (status === 404 || status === 410 || method === 'DELETE' && status === 204) i.state = 'gone'
    else if (method === 'PATCH') patched(i, status, doc)
    else line.heard(i, method, media, status, doc, after)
    changed(i)
    run()
  }

  // silent: no answer came. Whether it arrived, nobody knows.
  const silent = n => {
    const { i } = landed(n)
    if (!i) return
    later(i)
    changed(i)
    run()
  }

  const submitted = (i, status, doc, after) => {
    if (status === 201 && doc.id) {
      Object.assign(i, { state: 'said', doc, receipt: doc.receipt, sealed: !doc.open_until, tries: 0, at: 0, moment: null, body: '' })
      arrived(i, i.media.find(m => m.id === i.first))
    } else if (status === 410) {
      i.state = 'gone'
    } else if ([400, 403, 413, 415, 422].includes(status)) {
      i.state = 'refused'
      i.why = doc
    } else {
      later(i, after) // still running elsewhere, or nothing we know
    }
  }

  const arrived = (i, m) => {
    if (!m) return
    m.state = m.why ? 'refused' : 'sent'
    i.media = i.media.filter(o => o !== m)
    world.discard(m)
  }

  const patched = (i, status, doc) => {
    const sent = i.out
    i.out = null
    i.tries = i.at = 0
    if (status === 200) {
      i.doc = doc
      if (sent.more === false) i.sealed = true
    } else line.unpatched(i, sent, status, doc)
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
    for (const i of [...items]) {
      if (!i.busy && (now || i.at <= world.now())) { i.at = 0; go(i) }
    }
    rouse()
  }

  // behind, talk, heard and unpatched are what Talk (talk.js) adds: until it is here,
  // nobody is before anybody, and what is not a tap, a change or a deletion waits.
  const line = { items, flying, undelivered, unfinished, over, bare, join, fresh, changed, merge, say, add, close, take, go, run, fly, landed, arrived, answered, silent, later, tick, behind() {}, talk() {}, heard: i => later(i), unpatched: (i, sent) => { i.patch = { ...sent, ...i.patch }; later(i) } }
  return line
}
