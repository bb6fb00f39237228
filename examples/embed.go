// Package examples holds three brands as files, as anybody would write them: a
// soda maker, a hotel group, an airport. The demo runs them, tests read them,
// and a new brand may begin as a copy of one.
package examples

import "embed"

//go:embed *.yaml granvia-app.pem
var files embed.FS

// AppKey is the private key of the hotel's imaginary app, PEM: with it the demo
// and its tests prove who a guest is. It is public, and worth nothing elsewhere.
func AppKey() ([]byte, error) { return files.ReadFile("granvia-app.pem") }

// Brands are the handles of the examples.
func Brands() []string { return []string{"sparkle", "granvia", "northgate"} }

// File is a brand's file. An unknown brand is an error of package fs.
func File(brand string) ([]byte, error) { return files.ReadFile(brand + ".yaml") }
