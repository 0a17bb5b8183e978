package project

import (
	"regexp"
	"strconv"
	"strings"
)

// explainSyntax is about what is not YAML. m is the file, or "yaml: ", and the
// parser's message.
func (d *diagnosis) explainSyntax(m []string) {
	file := d.file(m[1])
	if d.explainEncoding(file) {
		return
	}
	text := syntaxNoise.ReplaceAllString(m[2], "")
	d.at.file = file
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
			d.at.line++
		}
		if _, ok := lineOf(file.content, d.at.line); !ok {
			d.at = place{file, max(1, before.line), max(1, before.column)}
		}
	}
	text = positions.ReplaceAllStringFunc(text, func(at string) string {
		if strings.HasPrefix(at, " at ") {
			return ": "
		}
		return ""
	})
	if strings.Contains(text, "unknown anchor") {
		d.at.column-- // the parser counts the * already
	}
	d.text = "yaml: " + text
	d.hint = d.syntaxHint(text)
}

var (
	// syntaxNoise is what the parser says beside the mistake and its line.
	syntaxNoise = regexp.MustCompile(`^(?:yaml: )+|construct errors:\n\s*| at <unknown position>`)
	// parserPattern tells the errors of YAML's grammar, whose lines go.yaml.in/yaml
	// counts from 0, from those of its tokens, whose lines count from 1.
	parserPattern = regexp.MustCompile(`while parsing|did not find expected`)
	positions     = regexp.MustCompile(`( at )?line (\d+)(?:, column (\d+))?: `)
	offsetPattern = regexp.MustCompile(`^offset (\d+): `)
)

func (d *diagnosis) syntaxHint(text string) string {
	line, _ := lineOf(d.at.file.content, d.at.line)
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
func (d *diagnosis) file(name string) *document {
	for _, t := range d.Documents {
		if t.name == name {
			return t
		}
	}
	for _, t := range d.Documents {
		if t.err != nil && t.err.Error() == d.err.Error() {
			return t
		}
	}
	if len(d.Documents) > 0 {
		return d.Documents[0]
	}
	return &document{name: name}
}

func (d *diagnosis) atLine(file *document, line, column string) {
	d.at.file = file
	d.at.line, _ = strconv.Atoi(line)
	d.at.column, _ = strconv.Atoi(column)
	if text, ok := lineOf(file.content, d.at.line); ok && d.at.column == 0 {
		d.at.column = len(text) - len(strings.TrimLeft(text, " \t")) + 1
	}
}

func (d *diagnosis) atOffset(file *document, offset string) {
	n, _ := strconv.Atoi(offset)
	before := string(file.content[:min(n, len(file.content))])
	d.at = place{file, strings.Count(before, "\n") + 1, len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1}
}

// explainDuplicate is about a key that stands twice, which compose-go reports
// without the file.
func (d *diagnosis) explainDuplicate(m []string) {
	d.atLine(d.file(""), m[1], "")
	d.text = strings.TrimPrefix(d.text, m[0])
	d.hint = d.syntaxHint(d.text)
}
