package media

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"runtime/debug"

	"golang.org/x/image/draw"
)

// How large what is kept of a photo is, on its longer side, and how fine.
const (
	photoSide    = 2048
	thumbSide    = 360
	photoQuality = 84
	thumbQuality = 78
)

// heavy is the memory after which it is given back at once: a photo is one
// great pile of bytes, and the next may come tomorrow.
const heavy = 24 << 20

// Developed is a photo as it is kept and shown: JPEG, upright, without anything
// but its pixels.
type Developed struct {
	Photo, Thumb  []byte
	Width, Height int // of Photo
}

// Develop makes of a photo what is kept of it. It needs up to 200 MB of memory:
// do one at a time. Errors are [Probe]'s, and WrongType for what can't be decoded.
func Develop(r io.ReaderAt, size int64) (*Developed, error) {
	w := newWindow(r, size)
	mediaType := Sniff(w.at(0, int(min(size, 16))))
	if KindOf(mediaType) != "photo" {
		return nil, errNotPhoto
	}
	head, err := readPhotoHead(w, mediaType)
	if err != nil {
		return nil, err
	}
	if float64(head.width)*float64(head.height)*head.perPixel > heavy {
		defer debug.FreeOSMemory()
	}
	whole, err := decode(r, size, head)
	if err != nil {
		return nil, err
	}
	photo := shrink(whole, photoSide)
	whole = nil
	photo = upright(photo, head.orientation)
	d := &Developed{Width: photo.Bounds().Dx(), Height: photo.Bounds().Dy()}
	if d.Photo, err = encode(photo, photoQuality); err != nil {
		return nil, err
	}
	d.Thumb, err = encode(shrink(photo, thumbSide), thumbQuality)
	return d, err
}

// decode decodes a photo whose head was read.
func decode(r io.ReaderAt, size int64, head photoHead) (image.Image, error) {
	img, _, err := image.Decode(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, errNotPhoto.Because(err)
	}
	if b := img.Bounds(); b.Dx() > head.width || b.Dy() > head.height || b.Empty() {
		return nil, errNotPhoto
	}
	return img, nil
}

// shrink draws an image no larger than side, on white where it is transparent.
func shrink(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	width, height := b.Dx(), b.Dy()
	if long := max(width, height); long > side {
		width, height = max(1, width*side/long), max(1, height*side/long)
	}
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(to, to.Bounds(), img, b, draw.Over, nil)
	return to
}

// upright turns and mirrors an image as its EXIF orientation says.
func upright(img *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return img
	}
	width, height := img.Rect.Dx(), img.Rect.Dy()
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	if orientation >= 5 {
		to = image.NewRGBA(image.Rect(0, 0, height, width))
	}
	for y := range height {
		for x := range width {
			tx, ty := x, y
			switch orientation {
			case 2:
				tx = width - 1 - x
			case 3:
				tx, ty = width-1-x, height-1-y
			case 4:
				ty = height - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = height-1-y, x
			case 7:
				tx, ty = height-1-y, width-1-x
			case 8:
				tx, ty = y, width-1-x
			}
			copy(to.Pix[to.PixOffset(tx, ty):][:4], img.Pix[img.PixOffset(x, y):][:4])
		}
	}
	return to
}

func encode(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}
