//go:build !windows

package main

import (
	"regexp"
	"slices"
	"strings"
)

// docPage is a page of Markdown as its author wrote it.
type docPage struct {
	name   string // "docs/logs.md"
	lines  []string
	blocks []docBlock
	loose  []int // lines of code that stand in no fence
}

// docBlock is a fenced block, or a command that readers do not see: a line
// "<!-- $ COMMAND -->".
type docBlock struct {
	lang       string // what the fence says: "console"; "" of a hidden command
	file       string // the file that the block is, named by the line above: "`compose.yaml`:"
	start, end int    // lines between the fences
}

var (
	docHidden = regexp.MustCompile(`^<!-- \$ (.*) -->$`)
	docFile   = regexp.MustCompile("`([^`]+)`:$")
)

func parseDocPage(name string, text []byte) docPage {
	p := docPage{name: name, lines: strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")}
	for i := 0; i < len(p.lines); i++ {
		lang, fenced := strings.CutPrefix(p.lines[i], "```")
		switch {
		case fenced:
			b := docBlock{lang: lang, start: i + 1}
			if above := slices.DeleteFunc(slices.Clone(p.lines[:i]), func(l string) bool { return l == "" }); len(above) > 0 {
				if m := docFile.FindStringSubmatch(above[len(above)-1]); m != nil && lang != "console" {
					b.file = m[1]
				}
			}
			for i++; i < len(p.lines) && p.lines[i] != "```"; i++ {
			}
			b.end = i
			p.blocks = append(p.blocks, b)
		case docHidden.MatchString(p.lines[i]):
			p.blocks = append(p.blocks, docBlock{start: i, end: i + 1})
		case strings.HasPrefix(p.lines[i], "    ") && i > 0 && p.lines[i-1] == "":
			p.loose = append(p.loose, i)
		}
	}
	return p
}

// text is what a block holds.
func (p docPage) text(b docBlock) string { return strings.Join(p.lines[b.start:b.end], "\n") + "\n" }

// hidden is the command of a block that readers do not see.
func (p docPage) hidden(b docBlock) (string, bool) {
	m := docHidden.FindStringSubmatch(p.lines[b.start])
	if b.lang != "" || m == nil {
		return "", false
	}
	return m[1], true
}

// docCommand is a command of a session, and what stands below it.
type docCommand struct{ command, output string }

// commands are those of a block of lang console.
func (p docPage) commands(b docBlock) []docCommand {
	var all []docCommand
	for _, line := range p.lines[b.start:b.end] {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			all = append(all, docCommand{command: command})
		} else if len(all) > 0 {
			all[len(all)-1].output += line + "\n"
		}
	}
	return all
}

// with is the page's text with new contents of blocks, by their first line.
func (p docPage) with(contents map[int]string) string {
	var out strings.Builder
	at := 0
	for _, b := range p.blocks {
		content, ok := contents[b.start]
		if !ok {
			continue
		}
		out.WriteString(strings.Join(p.lines[at:b.start], "\n") + "\n" + content)
		at = b.end
	}
	out.WriteString(strings.Join(p.lines[at:], "\n"))
	return out.String()
}

// docVolatile is what differs from run to run, or from one build of an image to
// another: durations, times, ids, what a server prints when it starts.
var docVolatile = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\bUp \d+[smhd]\b`), "Up AGO"},
	{regexp.MustCompile(`\b(Up|Exited \(\d+\)) .*? ?(ago|seconds?|minutes?)\b( ago)?`), "$1 AGO"},
	{regexp.MustCompile(`(?i)\b(less than a second|about a minute|a second|\d+ \w+?s?) ago\b`), "AGO"},
	{regexp.MustCompile(`\b\d+[smhdw] ago\b`), "AGO"},
	{regexp.MustCompile(`\b\d+(\.\d+)?[kMG]?B\b`), "SIZE"},
	{regexp.MustCompile(`\b\d+\.\ds\b`), "TIME"},
	{regexp.MustCompile(`\bafter \d+(\.\d+)? ?(ms|s|milliseconds|seconds?)\b`), "after TIME"},
	{regexp.MustCompile(`\bin \d+(\.\d+)? ?(ms|s)\b`), "in TIME"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ][0-9:.]+( \+0000 UTC|Z)?`), "TIME"},
	{regexp.MustCompile(`\b\d\d:\d\d:\d\d(\.\d+)?\b`), "TIME"},
	{regexp.MustCompile(`"(took|started|finished)":[0-9.]+`), `"$1":0`},
	{regexp.MustCompile(`\bsha256:[0-9a-f]{12,64}|\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b`), "ID"},
	{regexp.MustCompile(`\bpid \d+\b`), "pid N"},
	{regexp.MustCompile(`\bfailed \d+ times\b`), "failed N times"},
	{regexp.MustCompile(`its last (line|lines|\d+ lines):\n( +.*\n)+`), "its last lines:\n"},
	{regexp.MustCompile(`─+`), "─"},
	{regexp.MustCompile(` {2,}`), " "},               // of columns, which are as wide as what is in them
	{regexp.MustCompile(`(?m)^(.{0,40}).*…`), "$1…"}, // where a line is cut depends on the project's name
	{regexp.MustCompile(`(?m) +$`), ""},
}

var docProgress = regexp.MustCompile(`^ \S? ?(Container|Network|Volume|Image) `)

// docStable is the words of a text without what differs from run to run: where its lines
// break depends on the project's name, too. Lines of progress that follow each other are
// sorted: what happens at the same time comes in any order.
func docStable(text string) string {
	for _, v := range docVolatile {
		text = v.re.ReplaceAllString(text, v.with)
	}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		from := i
		for i < len(lines) && docProgress.MatchString(lines[i]) {
			i++
		}
		slices.Sort(lines[from:i])
	}
	return strings.Join(strings.Fields(strings.Join(lines, "\n")), " ")
}
