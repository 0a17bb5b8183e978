package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"strings"
	"text/tabwriter"
	"text/template"
	"text/template/parse"

	"github.com/docker/cli/templates"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Table writes columns as docker does: at least ten wide, three spaces apart, the
// header in capitals. No header is written where there is none. The error is that of
// the write.
func Table(w io.Writer, header []string, rows [][]string) error {
	return table(tabwriter.NewWriter(w, 10, 1, 3, ' ', 0), header, rows)
}

func table(t *tabwriter.Writer, header []string, rows [][]string) error {
	if len(header) > 0 {
		fmt.Fprintln(t, strings.ToUpper(strings.Join(header, "\t")))
	}
	for _, r := range rows {
		for i, cell := range r {
			if i > 0 {
				fmt.Fprint(t, "\t")
			}
			// A tab or line end from a container would end the cell or the row.
			fmt.Fprint(t, terminal.Clean(cell))
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// Column is a column of a listing.
type Column[T any] struct {
	// Field is its name in a template: {{.Field}}.
	Field string
	// Header is its name in a table; "": Field.
	Header string
	Text   func(T) string
}

// Listing prints the same items as a table, as JSON, or through a template.
type Listing[T any] struct {
	Items   []T
	Columns []Column[T]
	// Headers are the headers of fields without a column, for templates.
	Headers map[string]string
	// Lines: JSON is an object in a line for each item; otherwise one array.
	Lines bool
	// Wide: columns are at least twenty wide, as some of Docker Compose's are.
	Wide bool
}

// Write prints the listing in a format: "table" (or ""), "json", a Go template, or
// "table TEMPLATE", which has a header, and columns that are separated by \t. A
// template can use the fields and methods of an item, and docker's functions.
//
// A template that cannot be parsed or executed is an error in Docker's words, with
// --format in front. Other errors are those of writes.
func (l Listing[T]) Write(w io.Writer, format string) error {
	switch format {
	case "", "table":
		return l.table(w)
	case "json":
		return l.json(w)
	}
	if tmpl, ok := strings.CutPrefix(format, "table"); ok { // docker needs no space behind it
		return l.templateTable(w, strings.TrimLeft(tmpl, " "))
	}
	return l.template(w, format)
}

func (l Listing[T]) table(w io.Writer) error {
	header := make([]string, len(l.Columns))
	for i, c := range l.Columns {
		header[i] = c.Title()
	}
	rows := make([][]string, len(l.Items))
	for i, item := range l.Items {
		for _, c := range l.Columns {
			rows[i] = append(rows[i], c.Text(item))
		}
	}
	if l.Wide {
		return table(tabwriter.NewWriter(w, 20, 1, 3, ' ', 0), header, rows)
	}
	return Table(w, header, rows)
}

// Title is the column's header: Header, or Field where that is empty.
func (c Column[T]) Title() string {
	if c.Header != "" {
		return c.Header
	}
	return c.Field
}

func (l Listing[T]) json(w io.Writer) error {
	if !l.Lines {
		items := l.Items
		if items == nil {
			items = []T{} // an empty list is [] and not null
		}
		return JSON(w, items)
	}
	for _, item := range l.Items {
		if err := JSON(w, item); err != nil {
			return err
		}
	}
	return nil
}

// JSON writes a value in one line; <, > and & are not escaped. Characters that control
// a terminal are, as \u sequences, which JSON readers decode to the same text. The
// error is json.Marshal's, for a value that JSON cannot hold, or that of the write.
func JSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	text := strings.TrimSuffix(b.String(), "\n")
	text = strings.ReplaceAll(text, "##[", `#\u0023[`) // GitHub's runner finds commands by it anywhere in a line
	_, err := io.WriteString(w, terminal.Clean(text)+"\n")
	return err
}

func (l Listing[T]) template(w io.Writer, format string) error {
	t, err := templates.New("").Funcs(template.FuncMap{valueFunc: printedLine}).Parse(unescape(format))
	if err != nil {
		return templateError(err)
	}
	if terminal.OutputOf(w).IsTerminal() {
		oneLine(t.Tree)
	}
	var b bytes.Buffer
	for _, item := range l.Items {
		if err := t.Execute(&b, item); err != nil {
			return templateError(err)
		}
		b.WriteByte('\n')
	}
	_, err = w.Write(b.Bytes())
	return err
}

func (l Listing[T]) templateTable(w io.Writer, format string) error {
	t, err := templates.New("").Funcs(template.FuncMap{valueFunc: printed}).Parse(unescape(format))
	if err != nil {
		return templateError(err)
	}
	oneLine(t.Tree)
	head, err := t.Clone()
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 10, 1, 3, ' ', 0)
	if err := head.Funcs(templates.HeaderFunctions).Execute(out, l.headers()); err != nil {
		return templateError(err)
	}
	fmt.Fprintln(out)
	for _, item := range l.Items {
		if err := t.Execute(out, item); err != nil {
			return templateError(err)
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

// headers are the headers of an item's fields, for the header of a template.
type headers map[string]string

// Label is the header of {{.Label "a.b"}}: the last part of the label's name.
func (headers) Label(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// headers returns the headers of the columns, and for every other field its name in
// capitals with spaces: "LOCAL VOLUMES".
func (l Listing[T]) headers() headers {
	h := headers{}
	if t := reflect.TypeFor[T](); t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			h[f.Name] = strings.ToUpper(innerCapital.ReplaceAllString(f.Name, "$1 $2"))
		}
	}
	for _, c := range l.Columns {
		h[c.Field] = strings.ToUpper(c.Title())
	}
	maps.Copy(h, l.Headers)
	return h
}

var innerCapital = regexp.MustCompile(`([a-z])([A-Z])`)

// templateError adds Docker's words for a wrong template, and the flag.
func templateError(err error) error {
	return fmt.Errorf("--format: template parsing error: %w", err)
}

// unescape replaces \t and \n in a template by a tab and a line end: shells pass them
// as two characters.
func unescape(s string) string {
	return strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(strings.TrimSpace(s))
}

// valueFunc is the function that oneLine calls.
const valueFunc = "_value"

// printed returns what a template prints of a value, in one line.
func printed(v any) string {
	if v == nil {
		return "<no value>"
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && !r.IsNil() {
		v = r.Elem().Interface()
	}
	return terminal.Clean(fmt.Sprint(v))
}

// printedLine is printed, but keeps the line end that println adds.
func printedLine(v any) string {
	if s, ok := v.(string); ok && strings.HasSuffix(s, "\n") {
		return printed(strings.TrimSuffix(s, "\n")) + "\n"
	}
	return printed(v)
}

// oneLine makes a template pass every value that it prints through valueFunc.
func oneLine(tree *parse.Tree) {
	eachPrinted(tree.Root, func(p *parse.PipeNode) {
		clean := &parse.CommandNode{NodeType: parse.NodeCommand, Args: []parse.Node{parse.NewIdentifier(valueFunc).SetTree(tree)}}
		p.Cmds = append(p.Cmds, clean)
	})
}

// eachPrinted calls do for the pipeline of each action that prints.
func eachPrinted(list *parse.ListNode, do func(*parse.PipeNode)) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				do(n.Pipe)
			}
		case *parse.IfNode:
			eachPrinted(n.List, do)
			eachPrinted(n.ElseList, do)
		case *parse.RangeNode:
			eachPrinted(n.List, do)
			eachPrinted(n.ElseList, do)
		case *parse.WithNode:
			eachPrinted(n.List, do)
			eachPrinted(n.ElseList, do)
		}
	}
}
