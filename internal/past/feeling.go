package past

import (
	"math"
	"strconv"
	"strings"
)

// Scale is how a tool asks how it was.
type Scale string

// The scales. Auto is stars up to 5, 0 to 10 beyond, by each rating itself where
// nothing else is known.
const (
	Auto    Scale = ""
	Stars   Scale = "stars"   // 1 to 5
	Seven   Scale = "seven"   // 1 to 7
	NPS     Scale = "nps"     // 0 to 10
	Hundred Scale = "hundred" // 0 to 100
	GoodBad Scale = "goodbad" // good or bad
)

// Scales are all of them, in the order they are offered.
var Scales = []Scale{Auto, Stars, NPS, Seven, Hundred, GoodBad}

// spelled are ratings in letters.
var spelled = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
	"good": 5, "good with comment": 5, "bad": 1, "bad with comment": 1, "positive": 5, "negative": 1, "neutral": 3,
	"promoter": 5, "passive": 4, "detractor": 2, "yes": 5, "no": 1, "thumbs up": 5, "thumbs down": 1,
	"very satisfied": 5, "satisfied": 4, "dissatisfied": 2, "very dissatisfied": 1,
}

// nothing are ratings that are none.
var nothing = map[string]bool{"": true, "-": true, "n/a": true, "offered": true, "unoffered": true, "none": true, "null": true}

// Feeling is a rating as a feeling, 1 awful to 5 wonderful; 0 for none.
func (s Scale) Feeling(rating string) (int, error) {
	rating = strings.ToLower(strings.TrimSpace(rating))
	if nothing[rating] {
		return 0, nil
	}
	if n := strings.Count(rating, "★"); n > 0 && strings.Trim(rating, "★☆ ") == "" {
		return min(n, 5), nil
	}
	if n := spelled[rating]; n > 0 {
		return n, nil
	}
	number, _, _ := strings.Cut(rating, "/") // 4/5
	number = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(number), "%"))
	n, err := strconv.ParseFloat(strings.Replace(number, ",", ".", 1), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, errFeeling
	}
	if s == Auto {
		switch {
		case strings.HasSuffix(rating, "%") || n > 10:
			s = Hundred
		case n > 5 || n == 0:
			s = NPS
		default:
			s = Stars
		}
	}
	return s.number(n)
}

// number maps a number. Of 0 to 10, those from 0 to 6 are unhappy, as the net
// promoter score has it (Reichheld 2003), 7 and 8 fairly, 9 and 10 very happy;
// the other scales are cut into five equal parts.
func (s Scale) number(n float64) (int, error) {
	low, high := 1.0, 5.0
	switch s {
	case Seven:
		high = 7
	case NPS:
		low, high = 0, 10
	case Hundred:
		low, high = 0, 100
	}
	if n < low || n > high {
		return 0, errFeeling
	}
	switch s {
	case NPS:
		switch {
		case n <= 3:
			return 1, nil
		case n <= 6:
			return 2, nil
		case n <= 8:
			return 4, nil
		}
		return 5, nil
	case Hundred:
		return min(5, 1+int(n/20)), nil
	case Seven:
		return min(5, 1+int((n-1)/6*5)), nil
	}
	return int(math.Round(n)), nil
}
