// Package archtest checks the module's source against docs/architecture.md: who
// may import whom, where foreign types may be named, and what a pure package
// must not call. It reads the files of every operating system, without
// building them.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Check returns what breaks a rule in the module at root, one sentence each, in
// the order of the files. It is an error if a file cannot be read or parsed.
func Check(root string) ([]string, error) {
	mod, err := modulePath(root)
	if err != nil {
		return nil, err
	}
	doc, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	if err != nil {
		return nil, err
	}
	rules, err := parseArrows(string(doc))
	if err != nil {
		return nil, err
	}
	var broken []string
	err = eachFile(root, func(dir, file string) error {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		at := func(p token.Pos) string {
			pos := fset.Position(p)
			rel, _ := filepath.Rel(root, pos.Filename)
			return fmt.Sprintf("%s:%d", filepath.ToSlash(rel), pos.Line)
		}
		for _, imp := range f.Imports {
			name, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			if why := rules.refuse(mod, dir, name); why != "" {
				broken = append(broken, fmt.Sprintf("%s: %s imports %s: %s", at(imp.Pos()), dir, name, why))
			}
		}
		for _, c := range append(refusedNames(dir, f), aroundOutput(dir, filepath.Base(file), f)...) {
			broken = append(broken, fmt.Sprintf("%s: %s uses %s: %s", at(c.pos), dir, c.name, c.why))
		}
		return nil
	})
	return broken, err
}

// modulePath reads the module's path from go.mod.
func modulePath(root string) (string, error) {
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(b)) {
		if p, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(p), nil
		}
	}
	return "", fmt.Errorf("%s has no module line", filepath.Join(root, "go.mod"))
}

// eachFile calls do with every Go file that is part of the product, and the
// folder of its package below root: "engine/enginetest".
func eachFile(root string, do func(dir, file string) error) error {
	return filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			hidden := p != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_"))
			// Examples are other people's programs, not part of this one.
			if hidden || name == "testdata" || rel == "examples" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		return do(path.Dir(filepath.ToSlash(rel)), p)
	})
}

// use is a name of another package where it must not be used.
type use struct {
	pos       token.Pos
	name, why string
}

// refusedNames finds the uses of functions and variables that dir must do
// without.
func refusedNames(dir string, f *ast.File) []use {
	imported := map[string]string{} // local name → import path
	for _, imp := range f.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			continue
		}
		local := path.Base(p)
		if imp.Name != nil {
			local = imp.Name.Name
		}
		imported[local] = p
	}
	var found []use
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok || imported[x.Name] == "" {
			return true
		}
		name := imported[x.Name] + "." + sel.Sel.Name
		for _, r := range nameRules {
			if slices.Contains(r.names, name) && r.applies(dir) {
				found = append(found, use{sel.Pos(), name, r.why})
			}
		}
		return true
	})
	return found
}
