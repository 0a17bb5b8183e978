package enginetest

import (
	"mvdan.cc/sh/v3/syntax"
)

// prepare rewrites a program: what runs in the background becomes a call of
// __job, $$ and $! become variables. It notes which commands are in subshells.
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
				body := *n
				body.Background = false
				sh.prepare(&body)
				sh.markInner(&body)
				sh.bodies = append(sh.bodies, &body)
				*n = syntax.Stmt{Position: n.Position, Cmd: callOf("__job", itoa(len(sh.bodies)-1))}
				return false
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
	if p.Param == nil {
		return
	}
	switch p.Param.Value {
	case "$":
		p.Param = &syntax.Lit{Value: "__pid"}
	case "!":
		p.Param = &syntax.Lit{Value: "__bgpid"}
	}
}

func callOf(words ...string) *syntax.CallExpr {
	call := &syntax.CallExpr{}
	for _, w := range words {
		call.Args = append(call.Args, &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: w}}})
	}
	return call
}
