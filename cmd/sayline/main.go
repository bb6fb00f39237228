// Command sayline is the whole house in one program: `sayline serve` runs it,
// `sayline demo` shows it, the rest sets it up and looks after it. Flags become
// app.Options; everything else happens in the rooms below.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // brands have time zones, and a small machine may know none

	"github.com/sayline/sayline"
)

// command is one verb of the command line.
type command struct {
	name, args, short string
	run               func(ctx context.Context, c *call) error
}

// call is one invocation: what was given and where to write.
type call struct {
	args     []string
	out, err io.Writer
	env      func(string) string
}

func commands() []command {
	return []command{
		{"serve", "", "run the server", serve},
		{"demo", "", "run three brands with people and a living stream of moments", runDemo},
		{"apply", "-f brand.yaml", "create a brand or change it; shows what will change first", apply},
		{"export", "BRAND", "write a brand's file", export},
		{"import", "-brand BRAND FILE.csv", "bring in what people said before: reviews, tickets, surveys", importPast},
		{"invite", "BRAND", "print links with which a brand's people set their passwords", invite},
		{"say", "DOMAIN TEXT", "say something to any brand that speaks the protocol", say},
		{"check", "DOMAIN", "tell whether a brand keeps the protocol's promises, check by check", runCheck},
		{"backup", "FILE", "copy a running SQLite database into a file", backup},
		{"bench", "", "measure this machine and print the table", runBench},
		{"version", "", "print the version", printVersion},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &call{args: os.Args[1:], out: os.Stdout, err: os.Stderr, env: os.Getenv}
	if err := c.do(ctx); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(c.err, "sayline: "+strings.TrimSpace(err.Error()))
		}
		stop()
		os.Exit(1)
	}
}

func (c *call) do(ctx context.Context) error {
	name := ""
	if len(c.args) > 0 {
		name, c.args = c.args[0], c.args[1:]
	}
	if name == "" || name == "help" || name == "-h" || name == "--help" {
		c.usage(c.out)
		return nil
	}
	all := append(commands(), hidden()...)
	i := slices.IndexFunc(all, func(k command) bool { return k.name == name })
	if i < 0 {
		c.usage(c.err)
		return sayline.Errorf(sayline.Invalid, "there is no command %q", name)
	}
	return all[i].run(ctx, c)
}

func (c *call) usage(w io.Writer) {
	fmt.Fprint(w, "sayline: the moment that is missing, \"I want to say\", for any brand\n\n")
	for _, k := range commands() {
		fmt.Fprintf(w, "  sayline %-8s %-14s %s\n", k.name, k.args, k.short)
	}
	fmt.Fprint(w, "\nsayline COMMAND -h tells its flags. Every flag is also SAYLINE_… in the environment (--public-url: SAYLINE_PUBLIC_URL).\n")
}

// flags makes a flag set whose defaults may come from the environment.
func (c *call) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet("sayline "+name, flag.ContinueOnError)
	f.SetOutput(c.err)
	return f
}

// parse reads the environment first, then the arguments. Flags may stand before
// and after the operands.
func (c *call) parse(f *flag.FlagSet) (operands []string, err error) {
	f.VisitAll(func(g *flag.Flag) {
		key := "SAYLINE_" + strings.ToUpper(strings.ReplaceAll(g.Name, "-", "_"))
		if v := c.env(key); v != "" && len(g.Name) > 1 {
			if set := f.Set(g.Name, v); set != nil {
				err = errors.Join(err, fmt.Errorf("%s: %w", key, set))
			}
		}
	})
	for args := c.args; err == nil; {
		if err = f.Parse(args); err != nil || f.NArg() == 0 {
			break
		}
		operands = append(operands, f.Arg(0))
		args = f.Args()[1:]
	}
	return operands, err
}

// version is set when the program is built.
var version = "unknown"

func printVersion(_ context.Context, c *call) error {
	fmt.Fprintln(c.out, "sayline "+version)
	return nil
}
