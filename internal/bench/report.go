package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"
)

// Report is one run's table.
type Report struct {
	At      time.Time
	Machine string
	rows    []row
}

// row is one thing measured, with its aim where it has one.
type row struct {
	What, Got, Detail string
	Ratio             float64 // to the floor; 0 for none
	Aim               string
	Holds             bool
}

func newReport() *Report {
	return &Report{At: time.Now().UTC(), Machine: fmt.Sprintf("%d cores, %s/%s, %s%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), busy())}
}

// busy says how much the machine had to do before (proc(5), loadavg), where it tells.
func busy() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	minute, _, _ := strings.Cut(string(text), " ")
	return ", load average before it " + minute
}

func (r *Report) add(w row) { r.rows = append(r.rows, w) }

// behind notes that a rate could not be kept up; any other error is given back.
func (r *Report) behind(w row, aim string, err error) error {
	if !errors.Is(err, errBehind) {
		return err
	}
	w.Got, w.Aim = "not at this rate", aim
	r.add(w)
	return nil
}

// Markdown is the table as it stands in docs/performance.md.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured %s on %s; the load generator runs on the same cores.\n\n", r.At.Format(time.DateOnly), r.Machine)
	b.WriteString("| what | measured | more | of the floor | aim | holds |\n|---|---|---|---|---|---|\n")
	for _, w := range r.rows {
		ratio, holds := "", ""
		if w.Ratio > 0 {
			ratio = fmt.Sprintf("%.2f", w.Ratio)
		}
		if w.Aim != "" {
			holds = "**no**"
			if w.Holds {
				holds = "yes"
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", w.What, w.Got, w.Detail, ratio, w.Aim, holds)
	}
	return b.String()
}

const begin, end = "<!-- bench -->\n", "<!-- /bench -->"

// WriteInto puts the table between the two marks of a document.
func (r *Report) WriteInto(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no %s … %s", file, strings.TrimSpace(begin), end)
	}
	return os.WriteFile(file, []byte(before+begin+r.Markdown()+end+after), 0o644)
}

// isPostgres says whether a database is a server's; else it is a file.
func isPostgres(database string) bool { return strings.HasPrefix(database, "postgres") }

func perSecond(n float64) string { return fmt.Sprintf("%.1f k/s", n/1000) }
func millis(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

func quantiles(s spans) string {
	return "p50 " + millis(s.at(0.5)) + ", p99 " + millis(s.at(0.99))
}

// freshDatabase makes a database of its own beside the one named, and gives how
// to drop it again.
func freshDatabase(ctx context.Context, dsn string) (fresh string, drop func() error, err error) {
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		return "", nil, err
	}
	name := fmt.Sprintf("sayline_bench_%d", time.Now().UnixNano())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", nil, errors.Join(err, admin.Close())
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", nil, errors.Join(err, admin.Close())
	}
	u.Path = "/" + name
	return u.String(), func() error {
		_, err := admin.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
		return errors.Join(err, admin.Close())
	}, nil
}
