// Package examples holds three brands as files, as anybody would write them: a
// soda maker, a hotel group, an airport. The demo runs them, tests read them,
// and a new brand may begin as a copy of one.
package examples

import "embed"

//go:embed *.yaml
var files embed.FS

// Brands are the handles of the examples.
func Brands() []string { return []string{"sparkle", "granvia", "northgate"} }

// File is a brand's file. An unknown brand is an error of package fs.
func File(brand string) ([]byte, error) { return files.ReadFile(brand + ".yaml") }
