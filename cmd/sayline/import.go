package main

import (
	"context"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/past"
)

// importPast brings in what people said before.
func importPast(ctx context.Context, c *call) error {
	var o app.Options
	var order app.ImportOrder
	f := c.flags("import")
	storeFlags(f, &o)
	f.StringVar(&order.Brand, "brand", "", "the `brand` it was said to")
	f.BoolVar(&order.Dry, "dry-run", false, "only read the file and tell what would be imported")
	f.BoolVar(&order.Skip, "skip", false, "leave out the lines that can't be imported")
	visits := f.Bool("visits", false, "the file is of how many came: footfall, sales or scans by day or hour")
	columns := f.String("map", "", "which column is what, where the names don't tell: `text=Your comment,at=Filled in,rating=Score`")
	scale := f.String("scale", "", "what the rating is: stars, nps, seven, hundred or goodbad; default: seen from the rating")
	zone := f.String("zone", "", "the `time zone` of dates that have none; default the brand's")
	front := f.String("touchpoint", "", "the `touchpoint` of lines without one; default the front door")
	tool := f.String("tool", "", "a `name` for where the file is from: two tools may number alike")
	months := f.Bool("month-first", false, "3/4/2026 is the fourth of March")
	operands, err := c.parse(f)
	if err != nil {
		return err
	}
	if order.Brand == "" || len(operands) != 1 {
		return sayline.Errorf(sayline.Invalid, "import needs a brand and a file: sayline import -brand sparkle reviews.csv")
	}
	order.File = operands[0]
	if *visits {
		return app.ImportVisits(ctx, o, order, c.out)
	}
	order.Change = func(m *past.Mapping) error {
		if *scale != "" {
			if m.Scale = past.Scale(*scale); !slices.Contains(past.Scales, m.Scale) {
				return sayline.Errorf(sayline.Invalid, "there is no scale %q", *scale)
			}
		}
		m.Zone, m.Default, m.DayFirst = *zone, *front, !*months
		if *tool != "" {
			m.Tool = *tool
		}
		for pair := range strings.SplitSeq(*columns, ",") {
			member, column, ok := strings.Cut(pair, "=")
			to := m.Column(strings.TrimSpace(member))
			if pair == "" {
				continue
			}
			if !ok || to == nil {
				return sayline.Errorf(sayline.Invalid, "expected one of %s before =, got %q", strings.Join(past.Members, ", "), pair)
			}
			*to = strings.TrimSpace(column)
		}
		return nil
	}
	return app.Import(ctx, o, order, c.out)
}
