package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/app"
)

// apply creates a brand or changes it.
func apply(ctx context.Context, c *call) error {
	var o app.Options
	f := c.flags("apply")
	storeFlags(f, &o)
	file := f.String("f", "", "the brand's `file`; - reads standard input")
	dry := f.Bool("dry-run", false, "only show what would change")
	operands, err := c.parse(f)
	if err != nil {
		return err
	}
	if *file == "" && len(operands) == 1 {
		*file = operands[0]
	}
	if *file == "" {
		return sayline.Errorf(sayline.Invalid, "apply needs a file: sayline apply -f brand.yaml")
	}
	src, err := readFile(*file)
	if err != nil {
		return err
	}
	return app.Apply(ctx, o, *file, src, *dry, c.out)
}

func readFile(name string) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	return io.ReadAll(io.LimitReader(in, app.MaxBrandFile+1))
}

// one parses the flags of a command that takes a single operand.
func (c *call) one(name, what string) (o app.Options, operand string, err error) {
	f := c.flags(name)
	storeFlags(f, &o)
	operands, err := c.parse(f)
	if err == nil && len(operands) != 1 {
		err = sayline.Errorf(sayline.Invalid, "%s needs one %s", name, what)
	}
	if err != nil {
		return o, "", err
	}
	return o, operands[0], nil
}

// export writes the brand's file to standard output.
func export(ctx context.Context, c *call) error {
	o, brand, err := c.one("export", "brand: sayline export sparkle")
	if err != nil {
		return err
	}
	return app.Export(ctx, o, brand, c.out)
}

// backup copies a SQLite database while it is in use.
func backup(ctx context.Context, c *call) error {
	o, file, err := c.one("backup", "file: sayline backup monday.db")
	if err != nil {
		return err
	}
	if err := app.Backup(ctx, o, file); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "copied to %s; to go back to it, stop the server and put it in place of sayline.db\n", file)
	return nil
}

// invite prints links with which a brand's people set their passwords, or one of them a new one.
func invite(ctx context.Context, c *call) error {
	var o app.Options
	f := c.flags("invite")
	storeFlags(f, &o)
	f.StringVar(&o.PublicURL, "public-url", "", "the server's `address` as people see it, such as https://cx.example")
	operands, err := c.parse(f)
	if err != nil {
		return err
	}
	person := ""
	if len(operands) == 2 {
		operands, person = operands[:1], operands[1]
	}
	if len(operands) != 1 {
		return sayline.Errorf(sayline.Invalid, "invite needs one brand, and may name one of its people: sayline invite sparkle --public-url https://cx.example")
	}
	return app.Invite(ctx, o, operands[0], person, c.out)
}
