package media

import "time"

// opusSamples is how long a packet of Opus is, in samples at 48 kHz, by its
// first bytes (RFC 6716, section 3.1); 0 for what is none.
func opusSamples(packet []byte) int {
	if len(packet) == 0 {
		return 0
	}
	config := packet[0] >> 3
	var frame int // samples
	switch {
	case config < 12:
		frame = [4]int{480, 960, 1920, 2880}[config&3]
	case config < 16:
		frame = [2]int{480, 960}[config&1]
	default:
		frame = [4]int{120, 240, 480, 960}[config&3]
	}
	frames := 2
	switch packet[0] & 3 {
	case 0:
		frames = 1
	case 3:
		if len(packet) < 2 {
			return 0
		}
		frames = int(packet[1] & 63)
	}
	if frames*frame > 5760 { // 120 ms is the longest there is
		return 0
	}
	return frames * frame
}

func opusTime(samples int) time.Duration {
	return time.Duration(max(samples, 0)) * time.Second / 48_000
}
