// A shift phone that nobody has rings when its team is wanted, and has keys for
// the PIN, so that the device's own keyboard learns none.
'use strict'
{
	const { $, all, on } = house
	on.wanted = data => {
		const { n, text, rings } = JSON.parse(data), el = $('#wanted')
		if (!el) return
		if (el.lastElementChild.textContent !== text) el.lastElementChild.textContent = text
		el.classList.toggle('hot', n > 0)
		document.title = n ? '● ' + text : $('h1').textContent
		if (!rings) return
		house.chime()
		navigator.userActivation?.hasBeenActive && navigator.vibrate?.([180, 90, 180])
	}
	on.moved = () => location.reload()

	const pin = $('#pin'), pad = $('#keypad')
	if (pad) {
		pad.hidden = false
		pin.inputMode = 'none'
		pad.addEventListener('click', e => {
			const key = e.target.closest('button')
			if (!key) return
			if (key.value === 'back') pin.value = pin.value.slice(0, -1)
			else if (pin.value.length < pin.maxLength) pin.value += key.value
		})
	}

	// After too many tries: how long it takes until the next, second by second.
	const wait = $('#wait')
	if (wait) {
		const end = Date.now() + wait.dataset.seconds * 1000, button = $('#take .big')
		button.disabled = true
		const tick = setInterval(() => {
			const left = Math.ceil((end - Date.now()) / 1000)
			if (left > 0) {
				wait.textContent = Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0')
				return
			}
			clearInterval(tick)
			button.disabled = false
			wait.closest('.wrong').remove()
			pin.focus()
		}, 500)
	}
	all('.mates a').forEach(a => a.addEventListener('click', () => house.wake()))
}
