// Package docs_test holds the documents to what is there: their links, commands
// and examples are tried, not believed.
package docs_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = ".."

// documents are the Markdown files of the project, by their path from here.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		found[path] = string(text)
		return err
	})
	if err != nil || len(found) < 10 {
		t.Fatalf("%d documents found, %v", len(found), err)
	}
	return found
}

var (
	fence  = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")
	inline = regexp.MustCompile("`([^`\n]+)`")
	link   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// block is a fenced block with its language.
type block struct{ lang, text string }

func blocks(text string) (list []block) {
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		list = append(list, block{m[1], m[2]})
	}
	return list
}

// code is every line of code that a reader might type.
func code(text string) (lines []string) {
	for _, b := range blocks(text) {
		if b.lang == "" || b.lang == "sh" || b.lang == "ini" {
			lines = append(lines, strings.Split(b.text, "\n")...)
		}
	}
	for _, m := range inline.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		lines = append(lines, m[1])
	}
	return lines
}

// Every link within the project leads somewhere. The pictures are there once
// `make screenshots` has taken them.
func TestLinks(t *testing.T) {
	docs := documents(t)
	_, noPictures := os.Stat("pictures")
	for path, text := range docs {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], ":") {
				continue // elsewhere
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			to := path
			if file != "" {
				to = filepath.Join(filepath.Dir(path), file)
			}
			if strings.HasPrefix(to, filepath.Join(root, "docs", "pictures")) && noPictures != nil {
				continue
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere", path, m[1])
			} else if anchor != "" && !slices.Contains(anchors(docs[to]), anchor) {
				t.Errorf("%s: %s names a heading that is not there", path, m[1])
			}
		}
	}
}

// anchors are the names of a document's headings, as code hosts make them.
func anchors(text string) (list []string) {
	for line := range strings.Lines(fence.ReplaceAllString(text, "")) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			name := regexp.MustCompile(`[^\p{L}\p{N} -]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			list = append(list, strings.ReplaceAll(name, " ", "-"))
		}
	}
	return list
}

// Every target of make that is named exists.
func TestMake(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?:^|\s)make ([a-z]+)`)
	for path, text := range documents(t) {
		for _, line := range code(text) {
			for _, m := range named.FindAllStringSubmatch(line, -1) {
				if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(makefile) {
					t.Errorf("%s: there is no make %s", path, m[1])
				}
			}
		}
	}
}

// Every command of sayline that is named exists, with the flags it is given; so
// does every flag and variable that is named alone.
func TestCommandLine(t *testing.T) {
	commands := commandLine(t)
	all := map[string]bool{"h": true}
	for _, flags := range commands {
		for f := range flags {
			all[f] = true
		}
	}
	call := regexp.MustCompile(`(?:^|[\s/])sayline ([a-z]+)((?:\s.*)?)$`)
	flag := regexp.MustCompile(`(?:^|\s)--?([a-z][a-z-]*)`)
	variable := regexp.MustCompile(`\bSAYLINE_([A-Z_]+)`)
	for path, text := range documents(t) {
		for _, line := range code(text) {
			if strings.HasPrefix(line, "sayline listens on") {
				continue // what it prints
			}
			if m := call.FindStringSubmatch(line); m != nil {
				flags, ok := commands[m[1]]
				if !ok {
					t.Errorf("%s: there is no command in %q", path, line)
				}
				for _, f := range flag.FindAllStringSubmatch(m[2], -1) {
					if !flags[f[1]] && f[1] != "h" {
						t.Errorf("%s: there is no flag --%s in %q", path, f[1], line)
					}
				}
			} else if f := flag.FindStringSubmatch(line); f != nil && strings.HasPrefix(line, "--") && !all[f[1]] {
				t.Errorf("%s: there is no flag %q", path, line)
			}
			for _, m := range variable.FindAllStringSubmatch(line, -1) {
				name := strings.ReplaceAll(strings.ToLower(m[1]), "_", "-")
				if !all[name] && !strings.HasPrefix(name, "test") && name != "screenshots" {
					t.Errorf("%s: there is no SAYLINE_%s", path, m[1])
				}
			}
		}
	}
}

// Every example in JSON is JSON.
func TestExamples(t *testing.T) {
	n := 0
	for path, text := range documents(t) {
		for _, b := range blocks(text) {
			if b.lang != "json" {
				continue
			}
			n++
			if !json.Valid([]byte(b.text)) {
				t.Errorf("%s: this example is not JSON:\n%s", path, b.text)
			}
		}
	}
	if n < 6 {
		t.Errorf("only %d examples found", n)
	}
}
