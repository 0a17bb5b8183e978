package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project/diagnostic"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

func init() {
	// Services' env_file and label_file are read by this, too.
	dotenv.RegisterFormat(dotenv.DotEnv, parseDotEnv)
	dotenv.RegisterFormat("raw", parseRaw) // Docker Compose's, not compose-go's
}

// parseDotEnv reads an env file. compose-go parses it statement by statement, so
// that every mistake has its line and no value grows beyond the limits. A mistake
// is a *FileError, whose file is absolute.
func parseDotEnv(r io.Reader, name string, into map[string]string, lookup func(key string) (string, bool)) error {
	p := envParser{name: name, into: into, lookup: lookup, onInvalid: func(e *FileError) error { return e }}
	return p.read(r)
}

// warnOnce warns of a value that no container could be given.
func (s *source) warnOnce(e *FileError, sink event.Sink) error {
	text := fmt.Sprintf("%s:%d: %s; %s", s.shown(e.File), e.Line, e.Msg, e.Help)
	if sink != nil && !slices.Contains(s.warned, text) {
		s.warned = append(s.warned, text)
		warn(sink, text)
	}
	return nil
}

// errEncoding is what the error of a file that is not UTF-8 wraps.
var errEncoding = errors.New("not UTF-8")

// envParser is one env file being read.
type envParser struct {
	name      string // absolute
	content   []byte
	into      map[string]string
	lookup    func(key string) (string, bool)
	onInvalid func(e *FileError) error // what becomes of a value that no container can be given

	line     int // where the statement begins, from 1
	lines    int // statements so far
	expanded int // bytes that variables stand for, in the whole file
	dollars  limits.Dollars
}

func (p *envParser) read(r io.Reader) error {
	content, err := limits.ReadBounded(r, p.name, limits.EnvFileBytes)
	if err != nil {
		return err
	}
	if cause := document.ForeignEncoding(content); cause != "" {
		return &FileError{File: p.name, Line: 1, Column: 1, Rule: diagnostic.EnvFileRule, Msg: cause, Help: document.UTF8Help, Err: errEncoding}
	}
	p.content = bytes.TrimPrefix(content, []byte("\ufeff"))
	rest := string(p.content)
	for p.line = 1; rest != ""; {
		statement := rest[:statementEnd(rest)]
		rest = rest[len(statement):]
		if err := p.statement(statement); err != nil {
			return err
		}
		p.line += strings.Count(statement, "\n")
	}
	return nil
}

// statement parses one statement and adds its variables.
func (p *envParser) statement(text string) error {
	if blank := strings.TrimSpace(text); blank == "" || blank[0] == '#' {
		return nil
	}
	if p.lines++; p.lines > limits.EnvFileLines.Value {
		return p.wrongBy(errLimit, limits.EnvFileLines.Exceeded("the file"), limits.EnvFileLines.Help)
	}
	if err := p.dollars.Add(text); err != nil {
		return p.wrongBy(errLimit, err.Error(), "write fewer, or several variables")
	}
	vars, err := dotenv.UnmarshalWithLookup(text, p.resolve)
	if p.expanded > limits.EnvExpanded.Value {
		return p.wrongBy(errLimit, limits.EnvExpanded.Exceeded("the values of the file's variables"), limits.EnvExpanded.Help)
	}
	if err != nil {
		return p.mistake(err)
	}
	for key, value := range vars {
		if err := p.check(key, value); err != nil {
			return err
		}
		p.into[key] = value
	}
	return nil
}

// resolve looks a variable up. It is empty once the file has expanded beyond the limit.
func (p *envParser) resolve(key string) (string, bool) {
	value, ok := p.lookup(key)
	if !ok {
		value, ok = p.into[key]
	}
	if p.expanded += len(value); p.expanded > limits.EnvExpanded.Value {
		return "", ok
	}
	return value, ok
}

// check refuses values that no container can be given.
func (p *envParser) check(key, value string) error {
	switch {
	case !utf8.ValidString(value):
		return p.onInvalid(p.wrong(fmt.Sprintf("the value of %s is not UTF-8", key), document.UTF8Help))
	case strings.ContainsRune(value, 0):
		return p.onInvalid(p.wrong(fmt.Sprintf("the value of %s has a NUL byte in it, which no variable can have", key), "take it out"))
	}
	return nil
}

// linePattern is where the parser says that its error is.
var linePattern = regexp.MustCompile(`line (\d+)(?:, column (\d+))?`)

// mistake gives an error of the parser its place and a hint.
func (p *envParser) mistake(err error) error {
	text, help := err.Error(), "a line is NAME=value, or a comment after #"
	if at := linePattern.FindString(text); at != "" {
		text = strings.TrimPrefix(text, at+": ")
	}
	if missing, ok := errors.AsType[*template.MissingRequiredError](err); ok {
		help = fmt.Sprintf("set %s in the environment, or in this file in a line before", missing.Variable)
	}
	if _, ok := errors.AsType[*template.InvalidTemplateError](err); ok {
		text = "invalid interpolation format" // of a value, which may be a secret
		help = "a $ that is meant as it stands is written $$, or the value in single quotes"
	}
	if name := strings.Index(text, " in variable name"); strings.HasPrefix(text, "unexpected character") && name >= 0 {
		text = text[:name] + " in variable name" // what follows is the line
	}
	if strings.HasPrefix(text, "unterminated quoted value") {
		text = "unterminated quoted value"
		help = "close the quotes; a quote that is meant as it stands goes in the other ones"
	}
	return p.wrongBy(err, text, help)
}

func (p *envParser) wrong(text, help string) *FileError {
	return p.wrongBy(errors.New(text), text, help)
}

func (p *envParser) wrongBy(err error, text, help string) *FileError {
	return &FileError{
		File: p.name, Line: p.line, Column: 1, Rule: diagnostic.EnvFileRule, Msg: diagnostic.Shorten(text), Help: help,
		Excerpt: withoutValue(p.content, p.line), Err: err,
	}
}

// declaration is the beginning of a line that sets a variable, and of its value.
var declaration = regexp.MustCompile(`^\s*(?:export\s+)?[\w.\- ]{1,64}[=:]\s*["']?[^=\s"']`)

// withoutValue is the excerpt of a line of an env file without the value, which
// may be a secret. A line that sets nothing may be the middle of one.
func withoutValue(content []byte, number int) string {
	line, ok := document.Line(content, number)
	if !ok || !declaration.MatchString(line) {
		return ""
	}
	name := line[:strings.IndexAny(line, "=:")+1]
	return document.Excerpt([]byte(strings.Repeat("\n", number-1)+name+"…"), number, 1)
}

// statementEnd is where the first statement of an env file's text ends: after
// its line, or after the line in which its last quoted value ends.
func statementEnd(text string) int {
	at := 0
	for {
		line := text[at:]
		if end := strings.IndexByte(line, '\n'); end >= 0 {
			line = line[:end+1]
		}
		start := valueStart(line)
		if start < 0 {
			return at + len(line)
		}
		value := text[at+start:]
		end := quotedEnd(value)
		if end < 0 {
			return at + len(line) // its mistake is the line's
		}
		at += start + end // what follows is a statement of its own
	}
}

// valueStart is where the quoted value of a line's first variable begins; -1: it
// has none.
func valueStart(line string) int {
	begin := strings.TrimLeftFunc(line, unicode.IsSpace)
	if begin == "" || begin[0] == '#' {
		return -1
	}
	sign := strings.IndexAny(begin, "=:\n")
	if sign < 0 || begin[sign] == '\n' {
		return -1
	}
	value := strings.TrimLeft(begin[sign+1:], "\t\v\f\r \u0085\u00a0")
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return -1
	}
	return len(line) - len(value)
}

// quotedEnd is where a quoted value ends; -1: nowhere.
func quotedEnd(value string) int {
	escaped := false
	for i := 1; i < len(value); i++ {
		switch {
		case escaped:
			escaped = false
		case value[i] == '\\':
			escaped = true
		case value[i] == value[0]:
			return i + 1
		}
	}
	return -1
}

// relative gives the error of an env file the name that the user knows it by.
func (s *source) relative(err error) error {
	if e, ok := errors.AsType[*FileError](err); ok && filepath.IsAbs(e.File) {
		e.File = s.shown(e.File)
	}
	return err
}

// parseRaw reads an env file of format: raw, as `docker run --env-file` does:
// KEY=value to the end of the line with quotes and dollars as they stand, KEY
// alone for the value that lookup has, # at the start of a line for a comment.
func parseRaw(r io.Reader, file string, into map[string]string, lookup func(key string) (string, bool)) error {
	content, err := limits.ReadBounded(r, file, limits.EnvFileBytes)
	if err != nil {
		return err
	}
	p := envParser{name: file, content: bytes.TrimPrefix(content, []byte("\ufeff"))}
	if cause := document.ForeignEncoding(content); cause != "" {
		p.line = 1
		return p.wrong(cause, document.UTF8Help)
	}
	for text := range bytes.Lines(p.content) {
		p.line++
		line := strings.TrimLeftFunc(strings.TrimRight(string(text), "\r\n"), unicode.IsSpace)
		if line == "" || line[0] == '#' {
			continue
		}
		if p.lines++; p.lines > limits.EnvFileLines.Value {
			return p.wrong(limits.EnvFileLines.Exceeded("the file"), limits.EnvFileLines.Help)
		}
		if err := p.raw(line, into, lookup); err != nil {
			return err
		}
	}
	return nil
}

// raw takes over a line of format: raw.
func (p *envParser) raw(line string, into map[string]string, lookup func(key string) (string, bool)) error {
	key, value, ok := strings.Cut(line, "=")
	switch {
	case !utf8.ValidString(line):
		return p.wrong("not UTF-8", document.UTF8Help)
	case strings.ContainsRune(line, 0):
		return p.wrong("there is a NUL byte in it, which no variable can have", "take it out")
	case key == "":
		return p.wrong("no variable name before the =", "a line is NAME=value, or a comment after #")
	case strings.ContainsFunc(key, unicode.IsSpace):
		return p.wrong(fmt.Sprintf("variable '%s' contains whitespaces", key), "a line is NAME=value, or a comment after #")
	}
	if !ok {
		if value, ok = lookup(key); !ok {
			return nil
		}
	}
	into[key] = value
	return nil
}
