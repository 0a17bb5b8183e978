package archtest

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// These are the ways around terminal.Output, which decides what reaches a
// terminal, and the files of the program that may take them.
var (
	// owners are the folders that write on terminals: the package that decides, and
	// a terminal for tests, which reads.
	owners = []string{"internal/terminal", "internal/screentest"}
	// programs are no part of the user's command.
	programs = []string{"cmd/agent", "internal/bench", "internal/enginetable"}
	// pure are the folders that open no file and may name the terminal's device.
	pure = []string{"planner"}
	// rawNames are what the program may use in main.go only.
	rawNames = []string{"os.Stdout", "os.Stderr", "os.NewFile", "syscall.Write", "unix.Write", "fmt.Print", "fmt.Printf", "fmt.Println", "log.Print", "log.Printf", "log.Println", "log.Fatal", "log.Fatalf"}
	// ownWriters are the files that hand a container's own output to the terminal
	// which its user gave to it.
	ownWriters = []string{"cmd/compose/console.go"}
)

const whyOutput = "what people read goes through terminal.Output"

// aroundOutput finds what would reach a terminal without having passed
// terminal.Output: the raw streams, the builtin print, an unfiltered Output, and
// control sequences that are put together elsewhere.
func aroundOutput(dir, name string, f *ast.File) []use {
	if unruled(dir) || slices.ContainsFunc(append(owners, programs...), func(p string) bool { return within(dir, p) }) {
		return nil
	}
	var found []use
	add := func(p token.Pos, name string) { found = append(found, use{p, name, whyOutput}) }
	isMain := within(dir, "cmd/compose") && name == "main.go"
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if commandsTerminal(n) || isTerminal(n) && !slices.Contains(pure, dir) {
				add(n.Pos(), n.Value)
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "print" || id.Name == "println") {
				add(n.Pos(), id.Name)
			}
		case *ast.SelectorExpr:
			x, _ := n.X.(*ast.Ident)
			switch {
			case n.Sel.Name == "Unfiltered" && !slices.Contains(ownWriters, dir+"/"+name):
				add(n.Pos(), "Unfiltered")
			case x != nil && within(dir, "cmd/compose") && !isMain && slices.Contains(rawNames, x.Name+"."+n.Sel.Name):
				add(n.Pos(), x.Name+"."+n.Sel.Name)
			}
		}
		return true
	})
	return found
}

// commandsTerminal tells of literals with what begins a control sequence.
func commandsTerminal(l *ast.BasicLit) bool {
	switch l.Kind {
	case token.CHAR:
		r, _, _, err := strconv.UnquoteChar(strings.Trim(l.Value, "'"), '\'')
		return err == nil && (r == 0x1b || r == 0x9b)
	case token.STRING:
		s, err := strconv.Unquote(l.Value)
		return err == nil && strings.ContainsAny(s, "\x1b\u009b")
	}
	return false
}

// isTerminal tells of literals with the name of the terminal's device.
func isTerminal(l *ast.BasicLit) bool {
	s, err := strconv.Unquote(l.Value)
	return err == nil && s == "/dev/tty"
}
