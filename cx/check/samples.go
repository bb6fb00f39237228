package check

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/textproto"
	"strconv"
	"strings"
)

// samples are a photo and voices of the types Go cannot write.
//
//go:embed samples/*
var samples embed.FS

// Photos are this large, so that a turn shows.
const photoWidth, photoHeight = 64, 32

// canary is what a camera wrote: its place and owner.
const canary = "CHECK-CANARY 40.4168 -3.7038 owner of the camera"

// picture is a plain photo; another shade is another photo.
func picture(kind string, shade uint8) []byte {
	img := image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight))
	for i := range img.Pix {
		img.Pix[i] = shade * 12
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	img.Set(3, 3, color.White)
	var b bytes.Buffer
	if kind == "image/png" {
		_ = png.Encode(&b, img) // into memory
	} else {
		_ = jpeg.Encode(&b, img, nil)
	}
	return b.Bytes()
}

// sample is a small file of a type; nil of one that is not known here.
func sample(kind string) []byte {
	name := map[string]string{"image/webp": "photo.webp", "audio/webm": "voice.webm", "audio/ogg": "voice.ogg", "audio/mp4": "voice.m4a"}[kind]
	switch {
	case kind == "image/jpeg", kind == "image/png":
		return picture(kind, 1)
	case name == "":
		return nil
	}
	b, _ := samples.ReadFile("samples/" + name) // it is embedded
	return b
}

// sniff says what a file is by how it begins.
func sniff(b []byte) string {
	for head, kind := range map[string]string{
		"\xff\xd8\xff": "image/jpeg", "\x89PNG\r\n\x1a\n": "image/png", "\x1a\x45\xdf\xa3": "audio/webm", "OggS": "audio/ogg",
	} {
		if bytes.HasPrefix(b, []byte(head)) {
			return kind
		}
	}
	switch {
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	case len(b) > 8 && string(b[4:8]) == "ftyp":
		return "audio/mp4"
	}
	return ""
}

// chunk is one of a PNG.
func chunk(name, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, name+data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// telling is a photo with what cameras write into it: orientation 6 (a quarter
// turn), a place and a comment. nil of a type that is not known here.
func telling(kind string) []byte {
	tiff := "MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00" + canary
	switch kind {
	case "image/jpeg":
		segment := func(marker byte, data string) string {
			return string([]byte{0xff, marker, byte((len(data) + 2) >> 8), byte(len(data) + 2)}) + data
		}
		plain := picture(kind, 2)
		head := "\xff\xd8" + segment(0xe1, "Exif\x00\x00"+tiff) + segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x>"+canary+"</x>") + segment(0xfe, canary)
		return append([]byte(head), plain[2:]...)
	case "image/png":
		plain := picture(kind, 2)
		const afterHead = 33 // signature and IHDR
		b := append(bytes.Clone(plain[:afterHead]), chunk("eXIf", tiff)...)
		b = append(b, chunk("tEXt", "Comment\x00"+canary)...)
		return append(b, plain[afterHead:]...)
	case "image/webp":
		b := bytes.Clone(sample(kind))
		if len(b) < 30 || string(b[12:16]) != "VP8X" {
			return nil
		}
		b[20] |= 0x08 // it has EXIF
		tiff += strings.Repeat(" ", len(tiff)%2)
		b = append(b, "EXIF"...)
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(tiff))), tiff...)
		binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
		return b
	}
	return nil
}

// bomb is a small photo whose head promises billions of pixels; nil of a type
// that is not known here.
func bomb(kind string) []byte {
	switch kind {
	case "image/png":
		b := picture(kind, 3)
		binary.BigEndian.PutUint32(b[16:], 60_000)
		binary.BigEndian.PutUint32(b[20:], 60_000)
		binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
		return b
	case "image/jpeg":
		b := picture(kind, 3)
		if at := bytes.Index(b, []byte("\xff\xc0")); at > 0 {
			binary.BigEndian.PutUint16(b[at+5:], 65_000)
			binary.BigEndian.PutUint16(b[at+7:], 65_000)
		}
		return b
	}
	return nil
}

// parts writes media as multipart/form-data, the moment first.
func parts(list []medium) (body, kind string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i, m := range list {
		h := textproto.MIMEHeader{"Content-Type": {m.kind}, "Content-Disposition": {`form-data; name="` + m.media + `"`}}
		if m.media != "moment" {
			h.Set("Content-Disposition", h.Get("Content-Disposition")+`; filename="check`+strconv.Itoa(i)+`"`)
		}
		part, _ := w.CreatePart(h) // into memory
		_, _ = part.Write(m.bytes)
	}
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

// exported are the files in an export: whatever members are base64 of one.
func exported(export []byte) (files [][]byte) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, w := range v {
				walk(w)
			}
		case []any:
			for _, w := range v {
				walk(w)
			}
		case string:
			if b, err := base64.StdEncoding.DecodeString(v); err == nil && sniff(b) != "" {
				files = append(files, b)
			}
		}
	}
	var doc any
	if json.Unmarshal(export, &doc) == nil {
		walk(doc)
	}
	return files
}
