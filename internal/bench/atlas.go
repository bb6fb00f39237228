package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const mapAim = 50 * time.Millisecond

// mapViews are the pages of the map.
var mapViews = []view{
	{"by stage, 30 days", "/map"}, {"by channel, 90 days", "/map?by=channel&days=90"}, {"a touchpoint", "/map?t=t3"}, {"to do", "/map/todo"},
	{"finder", "/map/finder?trade=retail"}, {"opportunities", "/map/opportunities"}, {"compare", "/map/compare"},
}

// measureMap opens the map's pages on a large past.
func measureMap(ctx context.Context, o Options, r *Report, name, database string) (err error) {
	s, clean, err := pastServer(ctx, o, name, database, o.Moments, min(mostRows, o.Moments/10))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	for _, v := range mapViews {
		l, err := look(s, v)
		if err != nil {
			return err
		}
		r.add(row{What: fmt.Sprintf("map, whole page, %s, %s: %s", name, amount(o.Moments), v.name), Got: "p50 " + millis(l.again),
			Detail: fmt.Sprintf("the first time %s; %s of a processor", millis(l.first), millis(l.processor)), Aim: "≤ 50 ms", Holds: l.again <= mapAim})
	}
	return nil
}
