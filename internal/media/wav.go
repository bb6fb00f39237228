package media

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/pion/opus"
)

// The WAV that is made of a voice: one channel of 16 bits. Speech needs no more.
const (
	wavRate   = 24_000
	wavHead   = 44
	wavSample = 2
	wavBehind = 4 // packets decoded before the one that is wanted: a decoder needs 80 ms to settle (RFC 7845, section 4.6)
)

// AsWAV says whether a voice of this type can be had as WAV. One in MP4 is
// played everywhere as it is.
func AsWAV(mediaType string) bool { return mediaType == "audio/webm" || mediaType == "audio/ogg" }

// WAV is a voice as WAV, decoded as it is read: nothing of it is kept, and a
// reader may begin anywhere. It is for one reader at a time.
type WAV struct {
	packets [][]byte
	starts  []int // of each packet: the sample its sound begins at; one more for the end
	skip    int   // samples to leave out at the beginning
	at      int64 // of the next byte read

	decoder *opus.Decoder
	next    int // packet the decoder stands before; -1 when it stands nowhere
	sound   []int16
	from    int // sample the sound begins at
}

// NewWAV reads the packets of a voice in WebM or Ogg. Errors are [Probe]'s.
func NewWAV(r io.ReaderAt, size int64, mediaType string) (*WAV, error) {
	if !AsWAV(mediaType) {
		return nil, errNotVoice
	}
	f := &WAV{starts: []int{0}, next: -1}
	v, err := readVoice(newWindow(r, size), mediaType, func(packet []byte) {
		n := opusSamples(packet) * wavRate / 48_000
		if n == 0 {
			return
		}
		f.packets = append(f.packets, append([]byte(nil), packet...))
		f.starts = append(f.starts, f.starts[len(f.starts)-1]+n)
	})
	if err != nil {
		return nil, err
	}
	f.skip = min(v.skip*wavRate/48_000, f.end())
	return f, nil
}

func (f *WAV) end() int { return f.starts[len(f.starts)-1] }

// Size is how many bytes the file has.
func (f *WAV) Size() int64 { return wavHead + int64(f.end()-f.skip)*wavSample }

// Seek says where to read on.
func (f *WAV) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.Size()
	}
	if offset < 0 {
		return 0, errors.New("media: sought before the beginning")
	}
	f.at = offset
	return offset, nil
}

func (f *WAV) Read(b []byte) (int, error) {
	switch {
	case f.at >= f.Size():
		return 0, io.EOF
	case len(b) == 0:
		return 0, nil
	case f.at < wavHead:
		n := copy(b, f.head()[f.at:])
		f.at += int64(n)
		return n, nil
	}
	sample := f.skip + int((f.at-wavHead)/wavSample)
	if sample < f.from || sample >= f.from+len(f.sound) {
		f.hear(sample)
	}
	n := 0
	var pair [wavSample]byte
	for i := sample - f.from; n < len(b) && i < len(f.sound); i++ {
		binary.LittleEndian.PutUint16(pair[:], uint16(f.sound[i]))
		odd := int(f.at-wavHead) % wavSample
		k := copy(b[n:], pair[odd:])
		n += k
		f.at += int64(k)
	}
	return n, nil
}

// head is the file's head (RIFF, WAVE_FORMAT_PCM).
func (f *WAV) head() []byte {
	data := uint32(f.Size() - wavHead)
	b := make([]byte, 0, wavHead)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, data+wavHead-8)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, wavRate)
	b = binary.LittleEndian.AppendUint32(b, wavRate*wavSample)
	b = binary.LittleEndian.AppendUint16(b, wavSample)
	b = binary.LittleEndian.AppendUint16(b, 8*wavSample)
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, data)
}

// hear decodes the packet a sample is in. Reading on, it is the next; anywhere
// else the decoder begins anew a little before.
func (f *WAV) hear(sample int) {
	packet := f.packetOf(sample)
	if f.next != packet {
		f.next = max(0, packet-wavBehind)
		f.decoder = nil
	}
	for f.next <= packet {
		f.sound, f.from = f.decode(f.next), f.starts[f.next]
		f.next++
	}
}

func (f *WAV) packetOf(sample int) int {
	low, high := 0, len(f.packets)-1
	for low < high {
		mid := (low + high + 1) / 2
		if f.starts[mid] <= sample {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

// decode gives a packet's sound, always as long as the packet says: what can't
// be decoded is silence.
func (f *WAV) decode(i int) (sound []int16) {
	sound = make([]int16, f.starts[i+1]-f.starts[i])
	defer func() {
		if recover() != nil { // a packet that nobody made by speaking
			f.decoder = nil
			clear(sound)
		}
	}()
	if f.decoder == nil {
		d, err := opus.NewDecoderWithOutput(wavRate, 1)
		if err != nil {
			return sound
		}
		f.decoder = &d
	}
	if _, err := f.decoder.DecodeToInt16(f.packets[i], sound); err != nil {
		clear(sound)
	}
	return sound
}
