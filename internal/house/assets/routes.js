// The route: what is ticked stands in the sentence at once, what is typed by its
// name is ticked, and a rule is dragged to where it shall stand.
'use strict'
{
	const all = (q, at) => [...(at || document).querySelectorAll(q)]
	const form = document.getElementById('ruleform')
	const said = ask => {
		const b = ask.querySelector('summary b'), on = all('.tick :checked', ask).map(i => i.nextElementSibling.textContent.trim())
		b.textContent = on.length ? on.join(b.dataset.or) : b.dataset.any
	}
	form?.addEventListener('change', e => {
		const ask = e.target.closest('.cond')
		if (ask?.querySelector('summary b')) said(ask)
	})
	form?.addEventListener('input', e => {
		const typed = e.target.closest('.byname input'), option = typed && all('option', typed.list).find(o => o.value === typed.value)
		if (!option) return
		const ask = typed.closest('.cond'), field = typed.name.replace('_named', '')
		let box = all('.tick input', ask).find(i => i.value === option.dataset.id)
		if (!box) {
			const label = document.createElement('label'), span = document.createElement('span')
			label.className = 'tick'
			box = Object.assign(document.createElement('input'), { type: 'checkbox', name: field, value: option.dataset.id })
			span.textContent = option.value
			label.append(box, span)
			ask.querySelector('.ticks').append(label)
		}
		box.checked = true
		typed.value = ''
		said(ask)
	})
	// Enter in a name adds it; it does not send a rule that is half said.
	form?.addEventListener('keydown', e => { if (e.key === 'Enter' && e.target.matches('.byname input')) e.preventDefault() })

	const rules = document.querySelector('.rules[data-move]')
	const items = rules ? all('li[data-n]', rules) : []
	let held
	for (const li of items) {
		const grip = li.querySelector('.grip')
		grip.hidden = items.length < 2
		grip.addEventListener('pointerdown', () => { li.draggable = true })
		grip.addEventListener('pointerup', () => { li.draggable = false })
		li.addEventListener('dragstart', e => { held = li; e.dataTransfer.effectAllowed = 'move'; e.dataTransfer.setData('text/plain', li.dataset.n); li.classList.add('held') })
		li.addEventListener('dragend', () => { li.draggable = false; li.classList.remove('held'); clear() })
	}
	const clear = () => all('.before,.after', rules).forEach(li => li.classList.remove('before', 'after'))
	const over = e => {
		const li = e.target.closest?.('li[data-n]'), box = li?.getBoundingClientRect()
		return li && held && { li, after: e.clientY > box.top + box.height / 2 }
	}
	rules?.addEventListener('dragover', e => {
		const at = over(e)
		if (!at) return
		e.preventDefault()
		clear()
		at.li.classList.add(at.after ? 'after' : 'before')
	})
	rules?.addEventListener('drop', e => {
		const at = over(e)
		if (!at) return
		e.preventDefault()
		const from = +held.dataset.n, gap = +at.li.dataset.n + (at.after ? 1 : 0), to = gap > from ? gap - 1 : gap
		if (to !== from) location.assign(`${rules.dataset.move}&rule=${from}&position=${to}#plan`)
	})
}
