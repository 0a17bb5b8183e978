package archtest_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	testName     = regexp.MustCompile("`((?:Test|Fuzz)\\w+|\\w+\\.txtar)`")
)

// TestGuaranteesAreTested: every test and script that docs/guarantees.md names is
// there, and every fuzz target is named and has seeds.
func TestGuaranteesAreTested(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "guarantees.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range testName.FindAllStringSubmatch(string(text), -1) {
		named[m[1]] = true
	}
	there, err := testsBelow(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if there[name] == "" {
			t.Errorf("docs/guarantees.md names %s, which does not exist", name)
		}
	}
	for name, file := range there {
		if !strings.HasPrefix(name, "Fuzz") {
			continue
		}
		if !named[name] {
			t.Errorf("docs/guarantees.md does not tell what %s holds", name)
		}
		if !hasSeeds(t, file, name) {
			t.Errorf("%s: %s has no seeds", file, name)
		}
	}
}

// testsBelow are the test functions and scripts below a folder, by name: their files.
func testsBelow(root string) (map[string]string, error) {
	there := map[string]string{}
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || e.IsDir():
			return err
		case strings.HasSuffix(file, ".txtar"):
			there[e.Name()] = file
			return nil
		case !strings.HasSuffix(file, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(file)
		for _, m := range testFunction.FindAllStringSubmatch(string(source), -1) {
			there[m[1]] = file
		}
		return err
	})
	return there, err
}

func hasSeeds(t *testing.T, file, target string) bool {
	t.Helper()
	seeds, _ := os.ReadDir(filepath.Join(filepath.Dir(file), "testdata", "fuzz", target))
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return len(seeds) > 0 || strings.Contains(string(source), "f.Add(")
}
