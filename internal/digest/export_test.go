package digest

import (
	"context"
	"time"
)

// Round sends what is due now.
func (d *Digest) Round(ctx context.Context) time.Duration { return d.round(ctx) }
