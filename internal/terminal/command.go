package terminal

import (
	"bytes"
	"strings"
	"unicode"
)

// Command is a workflow command of GitHub Actions: a line of a step's output that its
// runner carries out.
type Command struct {
	Name       string // one of GitHub's: "error", "group"
	properties []string
	Data       string
}

// Set gives the command a property of a name of GitHub's.
func (c *Command) Set(name, value string) {
	c.properties = append(c.properties, name+"="+inProperty.Replace(value))
}

// What the runner takes apart a command by, as it is written inside of one.
var (
	inData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// String is the command's line: "::error file=compose.yaml,line=3::no such key".
func (c Command) String() string {
	head := c.Name
	if len(c.properties) > 0 {
		head += " " + strings.Join(c.properties, ",")
	}
	return "::" + Clean(head) + "::" + strings.ReplaceAll(Clean(inData.Replace(c.Data)), "##[", `#\x23[`)
}

// Command writes a command's line. An error is the stream's.
func (o *Output) Command(c Command) error {
	_, err := o.w.Write([]byte(c.String() + "\n"))
	return err
}

// GuardCommands makes Print change what the runner of GitHub Actions would take for a
// command in a text for people: a :: that begins a line, and ##[ anywhere.
func (o *Output) GuardCommands() { o.guarded = true }

// withoutCommands returns lines in which the runner finds no command.
func withoutCommands(text []byte) []byte {
	if !bytes.Contains(text, []byte("::")) && !bytes.Contains(text, []byte("##[")) {
		return text
	}
	var out []byte
	for line := range bytes.SplitAfterSeq(text, []byte("\n")) {
		line = bytes.ReplaceAll(line, []byte("##["), []byte(`#\x23[`))
		// The runner also ends a line at a carriage return.
		for part := range bytes.SplitAfterSeq(line, []byte("\r")) {
			rest := bytes.TrimLeftFunc(part, unicode.IsSpace)
			out = append(out, part[:len(part)-len(rest)]...)
			if bytes.HasPrefix(rest, []byte("::")) {
				out = append(out, `\x3a`...)
				rest = rest[1:]
			}
			out = append(out, rest...)
		}
	}
	return out
}
