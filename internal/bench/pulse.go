package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	pulseSmall = 100_000
	pulseAsked = 11 // times each view
	pulseAim   = 50 * time.Millisecond
	pulseAlike = 1.2 // of large to small, at most

	// Rows of single moments: the stream, an export, what is read one by one.
	mostRows = 1_000_000
)

// view is a page of the house; path is below the brand's.
type view struct{ name, path string }

var views = []view{
	{"today", "/pulse"}, {"7 days", "/pulse?period=7"}, {"30 days", "/pulse?period=30"}, {"90 days", "/pulse?period=90"}, {"90 days, all touchpoints", "/pulse?period=90&show=all"},
	{"90 days, a face", "/pulse?period=90&feeling=1"}, {"90 days, a topic", "/pulse?period=90&topic=topic-3"}, {"90 days, a touchpoint", "/pulse?period=90&touchpoint=t3"},
	{"90 days, a place and a kind", "/pulse?period=90&place=place-3&kind=problem"}, {"90 days, a team", "/pulse?period=90&team=team-3"},
}

// looked is how long a view took: for the first time, and as a rule after that;
// and what the server used of a processor for it, which a busy machine leaves as it is.
type looked struct{ first, again, processor time.Duration }

// measurePulse opens every view of the pulse on a small and on a large past.
func measurePulse(ctx context.Context, o Options, r *Report, name, database string) error {
	small, err := lookAt(ctx, o, r, name, database, pulseSmall, 0)
	if err != nil {
		return err
	}
	large, err := lookAt(ctx, o, r, name, database, o.Moments, min(mostRows, o.Moments/10))
	if err != nil {
		return err
	}
	for i, v := range views {
		ratio := float64(large[i].processor) / float64(max(small[i].processor, time.Millisecond))
		r.add(row{What: fmt.Sprintf("pulse, whole page, %s, %s: %s", name, amount(o.Moments), v.name), Got: "p50 " + millis(large[i].again),
			Detail: fmt.Sprintf("the first time %s; %s of a processor, at %s %s, ratio %.2f", millis(large[i].first), millis(large[i].processor), amount(pulseSmall), millis(small[i].processor), ratio),
			Aim:    "≤ 50 ms, ratio ≤ 1.2", Holds: large[i].again <= pulseAim && ratio <= pulseAlike})
	}
	return nil
}

// pastServer serves a brand with n moments, the newest rows of them written one by one.
func pastServer(ctx context.Context, o Options, name, database string, n, rows int) (s *server, clean func() error, err error) {
	fmt.Fprintf(o.Out, "%s: a past of %s…\n", name, amount(n))
	s, _, clean, err = servingOn(ctx, database, func(ctx context.Context, database string) error {
		if err := prepare(ctx, database, pastBrand()); err != nil {
			return err
		}
		if err := fillPast(ctx, database, time.Now(), n, max(rows, 1000)); err != nil {
			return err
		}
		return packPast(ctx, database)
	})
	return s, clean, err
}

// lookAt makes a brand with n moments and opens each view of its pulse.
func lookAt(ctx context.Context, o Options, r *Report, name, database string, n, rows int) (list []looked, err error) {
	s, clean, err := pastServer(ctx, o, name, database, n, rows)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	for i, v := range views {
		l, err := look(s, v)
		if err != nil {
			return nil, err
		}
		if i == 0 && rows > 0 {
			r.add(row{What: fmt.Sprintf("pulse, the first page after a start, %s, %s", name, amount(n)), Got: millis(l.first), Aim: "≤ 50 ms", Holds: l.first <= pulseAim})
		}
		list = append(list, l)
	}
	if rows > 0 {
		err = measureExport(s, r, name, rows)
	}
	return list, err
}

// look opens a view once, and then often.
func look(s *server, v view) (l looked, err error) {
	a := asked{v.name, "/b/" + brandID + v.path, session}
	if l.first, err = s.open(a); err != nil {
		return l, err
	}
	before, err := s.processor()
	if err != nil {
		return l, err
	}
	var took spans
	for range pulseAsked {
		t, err := s.open(a)
		if err != nil {
			return l, err
		}
		took = append(took, t)
	}
	after, err := s.processor()
	l.again, l.processor = took.at(0.5), (after-before)/pulseAsked
	return l, err
}

// measureExport takes everything out, as a stream.
func measureExport(s *server, r *Report, name string, rows int) (err error) {
	req, err := http.NewRequest(http.MethodGet, "http://"+s.address+"/b/"+brandID+"/pulse/said.csv?period=90&at=once", nil)
	if err != nil {
		return err
	}
	req.AddCookie(&http.Cookie{Name: "sayline", Value: session})
	before, err := s.memory()
	if err != nil {
		return err
	}
	began := time.Now()
	w, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Body.Close()) }()
	lines, most := -1, before // its head is none
	buf := make([]byte, 1<<20)
	for at := began; ; {
		n, err := w.Body.Read(buf)
		for _, b := range buf[:n] {
			lines += flag(b == '\n')
		}
		if time.Since(at) > 100*time.Millisecond {
			at = time.Now()
			now, err := s.memory()
			if err != nil {
				return err
			}
			most = max(most, now)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	took := time.Since(began)
	r.add(row{What: fmt.Sprintf("taking %s out as CSV, %s", amount(rows), name), Got: perSecond(float64(lines) / took.Seconds()),
		Detail: fmt.Sprintf("%s lines in %.1f s; the server grew by %s meanwhile", amount(lines), took.Seconds(), megabytes(most-before)), Aim: "grows by ≤ 64 MB", Holds: lines == rows && most-before <= 64<<20})
	return nil
}

// amount writes a number of moments: 100 thousand, 10 million.
func amount(n int) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return fmt.Sprintf("%d million", n/1_000_000)
	case n >= 1000 && n%1000 == 0:
		return fmt.Sprintf("%d thousand", n/1000)
	}
	return fmt.Sprint(n)
}
