package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// countCalls is "calls": how many requests of each kind an engine in memory
// served since the last time, a line each, sorted.
func countCalls(ts *testscript.TestScript, neg bool, args []string) {
	e, ok := ts.Value(engineKey{}).(*enginetest.Engine)
	if !ok || neg || len(args) > 0 {
		ts.Fatalf("usage: calls, on an engine in memory")
	}
	var lines []string
	for route, n := range e.Calls() {
		lines = append(lines, fmt.Sprintf("%s %d", route, n))
	}
	slices.Sort(lines)
	fmt.Fprintln(ts.Stdout(), strings.Join(lines, "\n"))
	e.ResetCalls()
}

// awaitCall is "await-call METHOD PATTERN N": waits until an engine in memory
// has had N requests of the route. A real one does not tell: there it waits for
// long enough.
func awaitCall(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: await-call METHOD PATTERN N")
	}
	e, ok := ts.Value(engineKey{}).(*enginetest.Engine)
	if !ok {
		time.Sleep(3 * time.Second)
		return
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	route := enginetest.Route(args[0] + " " + args[1])
	for end := time.Now().Add(patience); e.Calls()[route] < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("no %d calls of %s", n, route)
		}
	}
}

// imitatePodman is "podman": the script's engine says that it is one, without systemd.
func imitatePodman(ts *testscript.TestScript, neg bool, args []string) {
	e, ok := ts.Value(engineKey{}).(*enginetest.Engine)
	if !ok || neg || len(args) > 0 {
		ts.Fatalf("usage: podman, on an engine in memory")
	}
	e.ImitatePodman()
}
