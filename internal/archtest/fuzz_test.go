package archtest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	fuzzName   = regexp.MustCompile("`(Fuzz\\w+)`")
)

// TestFuzzTargetsAreDocumented: docs/guarantees.md names each fuzz target and no other,
// and each has seeds.
func TestFuzzTargetsAreDocumented(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "guarantees.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range fuzzName.FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = true
	}
	there := map[string]bool{}
	err = filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, m := range fuzzTarget.FindAllStringSubmatch(string(source), -1) {
			there[m[1]] = true
			seeds, _ := os.ReadDir(filepath.Join(filepath.Dir(file), "testdata", "fuzz", m[1]))
			if len(seeds) == 0 && !strings.Contains(string(source), "f.Add(") {
				t.Errorf("%s: %s has no seeds", file, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range there {
		if !documented[name] {
			t.Errorf("docs/guarantees.md does not tell what %s holds", name)
		}
	}
	for name := range documented {
		if !there[name] {
			t.Errorf("docs/guarantees.md names %s, which does not exist", name)
		}
	}
}
