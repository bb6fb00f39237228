// Talk is the rest of a Line: photos and voices, words after the seal, a receipt
// opened again, and what a page that is gone has left behind. It comes after the
// first tap, and takes up whatever waited for it.
const Talk = (line, world) => {
  const KEYS_LAST = 30 * 864e5 // ms a server remembers a key
  const PATIENT = 4 // tries: so long others of the same brand wait for one before them
  const { items, flying, undelivered, over, bare, join, fresh, changed, merge, go, run, fly, landed, arrived } = line

  // ---- what the person does

  // say: whoever waited goes first.
  const first = line.say
  const say = (...what) => {
    for (const o of items) if (undelivered(o)) o.at = 0
    return first(...what)
  }

  // add: too late for the moment itself, they are words; before it is known what
  // a receipt says, they wait.
  const change = line.add
  const add = (i, what) => {
    if (over(i)) return
    const { text, context, ...rest } = what, late = i.sealed || i.seal
    if (!late && !(text && i.unknown)) return change(i, what)
    if (late && text) i.words.push({ text, lang: what.lang })
    if (!late) {
      i.extra.push(text)
      merge(i, rest, context)
    }
    changed(i)
    go(i)
  }

  // read: who it is from, before it may go.
  const read = i => {
    if (!i.from) return
    world.sign(i.moment, i.from)
    i.about.class = i.moment.class
    i.from = ''
    changed(i)
  }

  // adopt: a receipt that was opened again; what it says is unknown until asked.
  const adopt = receipt => fresh('said', { receipt, unknown: true })

  // claim: what a page that is gone has left. What was under way may have arrived.
  const claim = left => {
    for (const i of left) {
      if (world.now() - i.made > KEYS_LAST) {
        i.media.forEach(world.discard)
        world.forget(i)
        continue
      }
      i.busy = i.at = 0
      if (i.state === 'trying') i.state = 'waiting'
      if (i.words[0] && i.words[0].tried) i.look = true
      read(i)
      items.push(i)
      world.show(i)
    }
    items.sort((a, b) => a.made - b.made)
    run()
  }

  // attach: a photo or a voice, {id, kind, type}; its content is in the world's hands.
  const attach = (i, m) => {
    if (over(i)) return world.discard(m)
    i.media.push(m)
    changed(i)
    go(i)
  }

  // detach: not that one. What is under way is stopped; what is the moment itself
  // is taken back.
  const detach = (i, m) => {
    const under = i.busy && flying[i.busy].media === m
    if (i.state !== 'said' && i.first === m.id) return line.take(i)
    if (under) {
      world.stop(i.busy)
      landed(i.busy)
      i.tries = 0
    }
    i.media = i.media.filter(o => o !== m)
    world.discard(m)
    if (i.state === 'held' && !i.media.length && bare(i.moment)) return line.take(i)
    changed(i)
    go(i)
  }

  // tell: words after the seal, an answer back, solved or not.
  const tell = (i, words) => { i.words.push(words); changed(i); go(i) }

  // ---- what goes out

  // behind: somebody else of the same brand was there before, and is not stuck.
  const behind = i => i.state !== 'said' && items.slice(0, items.indexOf(i)).some(o => undelivered(o) && o.url === i.url && o.tries < (world.patient || PATIENT))

  const talk = i => {
    if (i.look || i.unknown) return fly(i, 'GET', i.receipt)
    if (i.media[0]) return fly(i, 'POST', i.receipt + '/media', '', {}, i.media[0])
    // Words have a key too. A server that does not know it is asked how many there
    // were before: that tells, if no answer comes, whether they arrived.
    const next = i.words[0]
    if (next.before == null) return fly(i, 'GET', i.receipt)
    next.tried = true
    next.key = next.key || world.key()
    fly(i, 'POST', i.receipt + '/messages', JSON.stringify({ ...next, before: undefined, tried: undefined, key: undefined }), { 'Idempotency-Key': next.key })
  }

  // ---- what comes back

  const heard = (i, method, media, status, doc, after) => {
    if (media) uploaded(i, media, status, doc)
    else if (method === 'GET' && status === 200) looked(i, doc)
    else if (method === 'POST') told(i, status, doc)
    else line.later(i, after)
  }

  // moved: so much of a request has left, 0 to 1.
  const moved = (n, share) => {
    const { i } = flying[n] || {}
    if (!i) return
    i.progress = share
    world.show(i)
  }

  // uploaded: a photo or a voice is there; or it came too late for its moment,
  // and is said as one of its own; or it is not taken, and why.
  const uploaded = (i, m, status, doc) => {
    i.tries = i.at = 0
    if (status === 409 && i.url) {
      changed(fresh('held', { url: i.url, moment: { ...i.about }, about: i.about, media: [m], seal: true }))
      i.media = i.media.filter(o => o !== m)
      i.sealed = i.look = true
      return
    }
    if (status >= 300) m.why = i.why = doc
    arrived(i, m)
  }

  // unpatched: what was changed is not taken.
  const unpatched = (i, sent, status, doc) => {
    if (status === 409) {
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
    } else if ((i.sealed || i.full) && (i.text || '') !== text) {
      const rest = i.text.startsWith(text) ? i.text.slice(text.length).trim() : i.text
      if (rest) i.words.unshift({ text: rest, before: mine })
      i.text = text
    }
    i.full = false
  }

  Object.assign(line, { say, add, adopt, claim, attach, detach, tell, moved, behind, talk, heard, unpatched })
  items.forEach(read)
  run()
  return line
}
