package enginetest

import (
	"mvdan.cc/sh/v3/syntax"
)

// prepare rewrites a program: $$ becomes a variable. It notes which commands are in
// subshells.
func (sh *shell) prepare(node syntax.Node) {
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Subshell, *syntax.CmdSubst, *syntax.ProcSubst:
			sh.markInner(n)
		case *syntax.BinaryCmd:
			if n.Op == syntax.Pipe || n.Op == syntax.PipeAll {
				sh.markInner(n)
			}
		case *syntax.ParamExp:
			renameParam(n)
		case *syntax.Stmt:
			if n.Background {
				sh.markInner(n)
			}
		}
		return true
	})
}

func (sh *shell) markInner(node syntax.Node) {
	syntax.Walk(node, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.CallExpr); ok {
			sh.inner[c.Pos()] = true
		}
		return true
	})
}

func renameParam(p *syntax.ParamExp) {
	if p.Param != nil && p.Param.Value == "$" {
		p.Param = &syntax.Lit{Value: "__pid"}
	}
}
