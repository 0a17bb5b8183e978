package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// page is docs/engines.md.
func page(engines []*engine, lacks []*lack) string {
	var b strings.Builder
	b.WriteString("<!-- make test-engines writes this file: internal/enginetable -->\n# Engines\n\n" + tested(engines) + "\n\n")
	b.WriteString("Every script of [testdata/script](../testdata/script/README.md) and every test for a real engine is run on each. " +
		"A script that is skipped in part passes up to there.\n\n")
	b.WriteString("| engine | API | scripts that pass | of these in part | skipped | failed | other tests that pass | skipped | failed |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, e := range engines {
		s, t := e.Scripts, e.Tests
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %d | %d | %d |\n", e, e.API,
			len(s.all("pass")), len(s.inPart()), len(s.all("skip")), len(s.all("fail")), len(t.all("pass")), len(t.all("skip")), len(t.all("fail")))
	}
	b.WriteString("\nA version of the API that is newer than all that are known works as the newest of them.\n\n")
	b.WriteString("## What an older engine does not have\n\n" +
		"A file that asks for it is refused before anything is created, with the attribute, the engine and the version that has it; " +
		"where a container can do without, that is a warning.\n\n| attribute | needs | refused by | left out by |\n|---|---|---|---|\n")
	for _, l := range lacks {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.Attribute, l.Needs, strings.Join(l.Refused, ", "), strings.Join(l.LeftOut, ", "))
	}
	section(&b, "Scripts that are skipped", reasons(engines, func(e *engine) map[string]string { return e.Scripts.all("skip") }))
	section(&b, "Scripts that are skipped in part", reasons(engines, func(e *engine) map[string]string { return e.Scripts.inPart() }))
	section(&b, "Other tests that are skipped", reasons(engines, func(e *engine) map[string]string { return e.Tests.all("skip") }))
	section(&b, "What was not run to the end", reasons(engines, func(e *engine) map[string]string { return cutOff(engines, e) }))
	section(&b, "What fails", reasons(engines, func(e *engine) map[string]string {
		failed := e.Tests.all("fail")
		maps.Copy(failed, e.Scripts.all("fail"))
		return failed
	}))
	return b.String()
}

// cutOff are the packages whose tests ended on another engine and not on this one.
func cutOff(engines []*engine, e *engine) map[string]string {
	lack := map[string]string{}
	for _, other := range engines {
		for name := range other.Ended {
			if !e.Ended[name] {
				lack[name] = "the run was cut off"
			}
		}
	}
	return lack
}

// tested is the sentence of README.md, too: which engines the tests ran on.
func tested(engines []*engine) string {
	names := make([]string, len(engines))
	for i, e := range engines {
		names[i] = e.String()
	}
	last := len(names) - 1
	if last == 0 {
		return "The tests run on " + names[0] + "."
	}
	return "The tests run on " + strings.Join(names[:last], ", ") + " and " + names[last] + "."
}

// reason is why tests are not run on some engines.
type reason struct {
	why, names, engines string
}

// reasons are those of all engines: what they share is one row.
func reasons(engines []*engine, of func(*engine) map[string]string) []reason {
	type test struct{ name, why string }
	where := map[test][]string{}
	for _, e := range engines {
		for name, why := range of(e) {
			where[test{name, why}] = append(where[test{name, why}], e.String())
		}
	}
	names := map[reason][]string{} // without its names
	for t, on := range where {
		r := reason{why: t.why, engines: strings.Join(on, ", ")}
		if len(on) == len(engines) && len(on) > 1 {
			r.engines = "all"
		}
		names[r] = append(names[r], t.name)
	}
	var rows []reason
	for r, of := range names {
		slices.Sort(of)
		r.names = strings.Join(of, ", ")
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b reason) int {
		return cmp.Or(cmp.Compare(a.engines, b.engines), cmp.Compare(a.why, b.why), cmp.Compare(a.names, b.names))
	})
	return rows
}

// section is a table of reasons; none where there are none.
func section(b *strings.Builder, title string, rows []reason) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n| engine | what | why |\n|---|---|---|\n", title)
	for _, r := range rows {
		fmt.Fprintf(b, "| %s | %s | %s |\n", r.engines, r.names, strings.ReplaceAll(cmp.Or(r.why, "-"), "|", `\|`))
	}
}
