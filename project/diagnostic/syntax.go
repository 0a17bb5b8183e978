package diagnostic

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/compose-orchestrator/compose/project/document"
)

// explainSyntax is about what is not YAML. m is the file, or "yaml: ", and the
// parser's message.
func (d *diagnosis) explainSyntax(m []string) {
	file := d.file(m[1])
	if d.explainEncoding(file) {
		return
	}
	text := syntaxNoise.ReplaceAllString(m[2], "")
	d.at.File = file
	if at := offsetPattern.FindStringSubmatch(text); at != nil {
		d.atOffset(file, at[1])
		text = strings.TrimPrefix(text, at[0])
	}
	parser := parserPattern.MatchString(text)
	// compose-go puts a line of its own before the parser's, and the parser that
	// of what it was reading before that of the mistake: the last counts, unless
	// it is the file's end.
	for _, at := range positions.FindAllStringSubmatch(text, -1) {
		before := d.at
		d.atLine(file, at[2], at[3])
		if parser {
			d.at.Line++
		}
		if _, ok := document.Line(file.Content, d.at.Line); !ok {
			d.at = document.Position{File: file, Line: max(1, before.Line), Column: max(1, before.Column)}
		}
	}
	text = positions.ReplaceAllStringFunc(text, func(at string) string {
		if strings.HasPrefix(at, " at ") {
			return ": "
		}
		return ""
	})
	if strings.Contains(text, "unknown anchor") {
		d.at.Column-- // the parser counts the * already
	}
	d.text = "yaml: " + text
	d.hint = d.syntaxHint(text)
}

var (
	// syntaxNoise is what the parser says other than the mistake and its line.
	syntaxNoise = regexp.MustCompile(`^(?:yaml: )+|construct errors:\n\s*| at <unknown position>`)
	// parserPattern tells the errors of YAML's grammar, whose lines go.yaml.in/yaml
	// counts from 0, from those of its tokens, whose lines count from 1.
	parserPattern = regexp.MustCompile(`while parsing|did not find expected`)
	positions     = regexp.MustCompile(`( at )?line (\d+)(?:, column (\d+))?: `)
	offsetPattern = regexp.MustCompile(`^offset (\d+): `)
)

func (d *diagnosis) syntaxHint(text string) string {
	line, _ := document.Line(d.at.File.Content, d.at.Line)
	switch {
	case strings.Contains(text, "cannot start any token") && strings.Contains(line, "\t"):
		return "indent with spaces: YAML does not allow tabs"
	case strings.Contains(text, "mapping values are not allowed"):
		return `check the indentation; a value with ": " in it goes in quotes`
	case strings.Contains(text, "already defined"):
		return "a key may stand once in a mapping: remove one of the two, or merge them"
	case strings.Contains(text, "unknown anchor"):
		return "define it before with &NAME; a value that begins with * goes in quotes"
	}
	return "check the indentation, brackets and quotes here and in the lines before"
}

// file finds the tree of a file by its name; without one, the first that is not
// YAML.
func (d *diagnosis) file(name string) *document.Document {
	for _, t := range d.Documents {
		if t.Name == name {
			return t
		}
	}
	for _, t := range d.Documents {
		if t.Err != nil && t.Err.Error() == d.err.Error() {
			return t
		}
	}
	if len(d.Documents) > 0 {
		return d.Documents[0]
	}
	return &document.Document{Name: name}
}

func (d *diagnosis) atLine(file *document.Document, line, column string) {
	d.at.File = file
	d.at.Line, _ = strconv.Atoi(line)
	d.at.Column, _ = strconv.Atoi(column)
	if text, ok := document.Line(file.Content, d.at.Line); ok && d.at.Column == 0 {
		d.at.Column = len(text) - len(strings.TrimLeft(text, " \t")) + 1
	}
}

func (d *diagnosis) atOffset(file *document.Document, offset string) {
	n, _ := strconv.Atoi(offset)
	before := string(file.Content[:min(n, len(file.Content))])
	last := before[strings.LastIndex(before, "\n")+1:]
	d.at = document.Position{File: file, Line: strings.Count(before, "\n") + 1, Column: len([]rune(last)) + 1}
}

// explainDuplicate is about a key that stands twice, which compose-go reports
// without the file.
func (d *diagnosis) explainDuplicate(m []string) {
	d.atLine(d.file(""), m[1], "")
	d.text = strings.TrimPrefix(d.text, m[0])
	d.hint = d.syntaxHint(d.text)
}
