package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os/exec"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx/check"
)

// runCheck tells whether a brand keeps the protocol's promises.
func runCheck(ctx context.Context, c *call) error {
	f := c.flags("check")
	asJSON := f.Bool("json", false, "print the report as JSON")
	classes := f.String("class", "", "only these `letters`, such as D,C,P, or single checks, such as E08; default is all that the brand claims")
	reply := f.String("reply-with", "", "`command` that makes the brand answer; it gets CX_REFERENCE and CX_TEXT")
	product := f.String("product", "", "`GTIN` of one of the brand's products, for the checks of its resolver")
	events := eventFlags(f)
	operands, err := c.parse(f)
	if err != nil {
		return err
	}
	if len(operands) != 1 {
		return sayline.Errorf(sayline.Invalid, "check needs one brand: sayline check sparkle.example")
	}
	o := check.Options{Version: version, Product: *product}
	if o.Classes, err = readClasses(*classes); err != nil {
		return err
	}
	if o.Events, err = events.open(ctx, c); err != nil {
		return err
	}
	if *reply != "" {
		o.Reply = func(ctx context.Context, reference, text string) error {
			return c.shell(ctx, *reply, "CX_REFERENCE="+reference, "CX_TEXT="+text).Run()
		}
	}
	if !*asJSON {
		o.Tell = func(r check.Result) { fmt.Fprintln(c.out, r.Line()) }
		fmt.Fprintf(c.err, "This is safe on a live brand: what is said is marked as a check, and taken back at the end.\n")
	}
	report, err := check.Run(ctx, operands[0], o)
	if report == nil {
		return c.notHere(err, "")
	}
	if *asJSON {
		e := json.NewEncoder(c.out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(report); err != nil {
			return err
		}
	} else {
		fmt.Fprint(c.out, "\n"+report.Text())
	}
	if failed := report.Failed(); err == nil && len(failed) > 0 {
		return sayline.Errorf(sayline.Invalid, "not conformant: %s", strings.Join(failed, " "))
	}
	return err
}

// readClasses reads letters of classes and numbers of checks.
func readClasses(list string) (names []string, err error) {
	for name := range strings.FieldsFuncSeq(strings.ToUpper(list), func(r rune) bool { return r == ',' || r == ' ' }) {
		known := len(name) == 1 && strings.Contains("DCMRPEGOH", name)
		for _, line := range check.Names() {
			known = known || strings.HasPrefix(line, name+" ")
		}
		if !known {
			return nil, sayline.Errorf(sayline.Invalid, "there is no class or check %q; there are D, C, M, R, P, E, G, O and H, and the numbers that a run prints", name)
		}
		names = append(names, name)
	}
	return names, nil
}

// eventOptions are what the checks of events need.
type eventOptions struct{ listen, secrets, rotate, private *string }

func eventFlags(f *flag.FlagSet) eventOptions {
	return eventOptions{
		f.String("events-listen", "", "`address`, such as :8099, to which an endpoint of the brand's webhooks leads"),
		f.String("events-secret", "", "that endpoint's `secret` (whsec_…), or several, parted by commas"),
		f.String("events-rotate-with", "", "`command` that gives that endpoint a new secret and prints it"),
		f.String("events-private-with", "", "`command`, on the server's own machine, that points an endpoint at CX_TARGET and ends well once the brand tells that it refused to call it"),
	}
}

// open makes of the flags what the checks take; nil without an address.
func (e eventOptions) open(ctx context.Context, c *call) (*check.Events, error) {
	if *e.listen == "" && *e.private == "" {
		return nil, nil
	}
	events := &check.Events{Secrets: strings.FieldsFunc(*e.secrets, func(r rune) bool { return r == ',' || r == ' ' })}
	if *e.listen != "" {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", *e.listen)
		if err != nil {
			return nil, sayline.Errorf(sayline.Invalid, "%s can't be listened on.", *e.listen).Because(err)
		}
		events.Listener = l
	}
	if *e.rotate != "" {
		events.Rotate = func(ctx context.Context) (string, error) {
			out, err := c.shell(ctx, *e.rotate).Output()
			return strings.TrimSpace(string(out)), err
		}
	}
	if *e.private != "" {
		events.Private = func(ctx context.Context, address string) error {
			return c.shell(ctx, *e.private, "CX_TARGET="+address).Run()
		}
	}
	return events, nil
}

// shell is a command of whoever runs the checks.
func (c *call) shell(ctx context.Context, line string, env ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Env = append(cmd.Environ(), env...)
	cmd.Stderr = c.err
	return cmd
}
