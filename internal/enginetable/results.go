package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"regexp"
	"strings"
)

// engine is a run of the tests on an engine.
type engine struct {
	Name    string // "Docker"
	Release string // "28.5.2"
	API     string // "1.51"
	Scripts tally
	Tests   tally
	// Ended are the packages whose tests ran to the end.
	Ended map[string]bool
}

// String is "Docker 28.5.2".
func (e *engine) String() string { return e.Name + " " + e.Release }

// tally has how tests ended, by name. A test that was run again counts as it ended last.
type tally map[string]outcome

// outcome is how a test ended: "pass", "skip" or "fail". Why is of one that was skipped,
// or that passed and stopped early.
type outcome struct{ Action, Why string }

// all are the tests that ended so, with their reasons.
func (t tally) all(action string) map[string]string {
	some := map[string]string{}
	for name, o := range t {
		if o.Action == action {
			some[name] = o.Why
		}
	}
	return some
}

// inPart are those that passed and stopped early.
func (t tally) inPart() map[string]string {
	some := t.all("pass")
	maps.DeleteFunc(some, func(_, why string) bool { return why == "" })
	return some
}

// scripts is the test that runs the scripts: each is a test below it.
const scripts = "TestScriptsOnEngine"

var (
	// engineLine is what that test says of the engine. A distribution's own addition to
	// the version is left out.
	engineLine = regexp.MustCompile(`engine: (\w+) ([0-9.]+)\S*, API ([0-9.]+)`)
	stopLine   = regexp.MustCompile(`^\s+stop: (.*)$`)
	skipLine   = regexp.MustCompile(`^\s+> (?:\[\S+\] )*skip '(.*)'$`)
	// logLine is what a test that is no script logs: at last, why it is skipped.
	logLine = regexp.MustCompile(`^\s+\w+\.go:\d+: (.*)$`)
)

// result is a line of go tool test2json.
type result struct{ Action, Package, Test, Output string }

// why are the reasons that a test has printed last. A script's skip is printed where it
// does not apply too: it counts for one that was skipped alone.
type why struct{ skip, stop string }

// readResults reads a run. It fails where no test named the engine.
func readResults(file string) (*engine, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	e := &engine{Scripts: tally{}, Tests: tally{}, Ended: map[string]bool{}}
	reasons := map[string]why{} // by package and test
	lines := json.NewDecoder(bufio.NewReader(f))
	for {
		var r result
		if err := lines.Decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if r.Test != "" {
			e.take(r, reasons)
		} else if r.Action == "pass" || r.Action == "fail" {
			e.Ended[path.Base(r.Package)] = true
		}
	}
	if e.API == "" {
		return nil, fmt.Errorf("%s: no test %s that says which engine this is", file, scripts)
	}
	return e, nil
}

// take counts a result. Parts of a test that is no script are not counted.
func (e *engine) take(r result, reasons map[string]why) {
	name, isScript := strings.CutPrefix(r.Test, scripts+"/")
	key := r.Package + " " + r.Test
	switch {
	case r.Action == "output":
		text := strings.TrimRight(r.Output, "\n")
		if m := engineLine.FindStringSubmatch(text); m != nil && r.Test == scripts {
			e.Name, e.Release, e.API = m[1], m[2], m[3]
		}
		reasons[key] = reasons[key].read(text, isScript)
	case isScript:
		e.Scripts.count(r.Action, name, reasons[key])
	case r.Test != scripts && !strings.Contains(r.Test, "/"):
		e.Tests.count(r.Action, name, reasons[key])
	}
}

// read takes a reason from a line that a test prints.
func (w why) read(text string, isScript bool) why {
	if !isScript {
		if m := logLine.FindStringSubmatch(text); m != nil {
			w.skip = m[1]
		}
		return w
	}
	if m := skipLine.FindStringSubmatch(text); m != nil {
		w.skip = strings.ReplaceAll(m[1], "''", "'")
	}
	if m := stopLine.FindStringSubmatch(text); m != nil {
		w.stop = m[1]
	}
	return w
}

// count takes how a test ended.
func (t tally) count(action, name string, w why) {
	switch action {
	case "pass":
		t[name] = outcome{action, w.stop}
	case "skip":
		t[name] = outcome{action, w.skip}
	case "fail":
		t[name] = outcome{action, ""}
	}
}
