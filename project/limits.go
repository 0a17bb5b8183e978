package project

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/document"
)

// What a file may grow to. A file of 64 KB can ask for a load that takes hours
// and gigabytes: by aliases of aliases, extends of extends, ranges of ports.
// None of the limits is near to what people write.
const (
	maxDepth       = 100            // of lists and mappings in each other
	maxExtends     = 50             // services that extend each other in a row
	maxPorts       = 16_384         // by ranges, in one file
	maxNodes       = 40_000         // with aliases and extends written out, in a file of 64 KB
	maxSteps       = 300_000        // the depths of all nodes, summed up, in the same
	maxText        = 2 << 20        // bytes of the same
	maxSameAlias   = 2_500          // aliases of one anchor
	maxExpressions = 500            // ${...} in one text
	maxDollarCost  = 20_000_000_000 // $ of a text, times its bytes, of all texts
	maxResets      = 50_000_000     // !reset and !override, times the nodes
	maxExtended    = 20 << 20       // bytes of files that extends: {file: ...} names, each time
	usualSize      = 64 << 10
)

// limit is a bound of what a project may cost; docs/limits.md lists them all.
type limit struct {
	value int
	unit  string // "bytes" are shown in MiB
	help  string // what to do about it
}

// What is read, and what becomes of it. A load within them takes less than 10 s
// and 500 MB on the machine that docs/limits.md names; a project of 5,000 services
// is within them.
var (
	composeFileBytes = limit{16 << 20, "bytes", "keep data in files of their own, which configs and secrets name"}
	composeParts     = limit{400_000, "lines, commas and brackets", "keep data in files of their own, which configs and secrets name"}
	composeNodes     = limit{250_000, "keys and values", "split it into several projects"}
	composeDocuments = limit{document.MaxDocuments, "documents", "write them as one: each is merged into those before"}
	composeMerged    = limit{600_000, "documents times keys and values", "write them as one: each is merged into those before"}
	composeKeys      = limit{400_000_000, "squares of keys", "split large mappings, or keep data in files of their own"} // 20,000 in one mapping
	composeServices  = limit{6_000, "services", "split it into several projects, or scale one service"}
	dependencyCount  = limit{50_000, "dependencies", "let services depend on what they need first, not on all that is before"}
	variableBytes    = limit{32 << 20, "bytes", "keep large values in files of their own, which configs and secrets name"}
	envFileBytes     = limit{16 << 20, "bytes", "an env file sets a few variables: is it the right one?"}
	envFileLines     = limit{100_000, "variables", "an env file sets a few variables: is it the right one?"}
	envExpanded      = limit{16 << 20, "bytes", "its values contain each other: is it meant to exhaust the machine?"}
	envTotal         = limit{600_000, "variables", "let fewer services read the large env files"}
	envTotalBytes    = limit{64 << 20, "bytes", "let fewer services read the large env files"}
)

// exceeded says that something goes beyond the limit.
func (l limit) exceeded(what string) string { return what + ": more than " + l.String() }

// String is the value with its unit.
func (l limit) String() string {
	if l.unit == "bytes" {
		return fmt.Sprintf("%d MiB", l.value>>20)
	}
	digits := strconv.Itoa(l.value)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits + " " + l.unit
}

// checkLimits refuses files that would grow beyond the limits. Files that
// cannot, which is told quickly, are not parsed for it.
func (s *source) checkLimits() error {
	suspect, more := false, false
	for _, f := range s.files {
		if err := s.checkParts(f.Filename, f.Content); err != nil {
			return err
		}
		suspect = suspect || mayGrow(f.Content)
		more = more || namesFiles(f.Content)
	}
	if !suspect && !more {
		return nil
	}
	documents, err := s.boundedDocuments()
	if err != nil {
		return err
	}
	if err := s.checkIncludedEnv(documents); err != nil {
		return err
	}
	var total weight
	size, largest := 0, 0
	for _, t := range documents {
		largest = max(largest, len(t.Content))
	}
	for _, t := range documents {
		w := newWeigher(t, largest)
		for _, root := range t.Docs {
			if err := w.document(root); err != nil {
				return s.excessive(t, err)
			}
		}
		total.add(w.total)
		size += len(t.Content)
		if err := total.check(size); err != nil {
			return s.excessive(t, err)
		}
	}
	return nil
}

// namesFiles tells whether a file could include or extend others; false is
// certain. An escape could spell the key: "\u0069nclude".
func namesFiles(content []byte) bool {
	return bytes.Contains(content, []byte("include")) || bytes.Contains(content, []byte("extends")) ||
		bytes.IndexByte(content, '\\') >= 0 && bytes.IndexByte(content, '"') >= 0
}

// boundedDocuments are the project's files and those that they name, all within
// the limits of a file together.
func (s *source) boundedDocuments() ([]*document.Document, error) {
	documents, err := boundedDocuments(s, document.MaxDocuments)
	size, parts := 0, 0
	for _, t := range documents {
		size += len(t.Content)
		parts += partsOf(t.Content)
	}
	switch {
	case err != nil:
		return nil, err
	case size > composeFileBytes.value:
		return nil, hint.New(composeFileBytes.exceeded("the files together"), composeFileBytes.help)
	case parts > composeParts.value:
		return nil, hint.New(composeParts.exceeded("the files together"), composeParts.help)
	}
	return documents, nil
}

// checkParts refuses a file that would be parsed into too much.
func (s *source) checkParts(name string, content []byte) error {
	switch {
	case documentsOf(content) > composeDocuments.value:
		return &FileError{File: s.shown(name), Msg: composeDocuments.exceeded("the file"), Help: composeDocuments.help}
	case len(content) > usualSize && partsOf(content) > composeParts.value:
		return &FileError{File: s.shown(name), Msg: composeParts.exceeded("the file"), Help: composeParts.help}
	}
	return nil
}

// documentsOf is an upper bound of the documents of a file: of what ends or begins one.
func documentsOf(content []byte) int {
	n := 1
	for line := range bytes.Lines(content) {
		if bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("...")) {
			n++
		}
	}
	return n
}

// partsOf is an upper bound of a file's keys and values.
func partsOf(content []byte) int {
	n := 0
	for _, c := range content {
		switch c {
		case '\n', ',', '[', '{', '?':
			n++
		}
	}
	return n
}

// excessive makes a FileError of what a weigher found.
func (s *source) excessive(t *document.Document, e *limitError) error {
	f := &FileError{File: s.shown(t.Name), Msg: e.msg, Help: e.hint, Err: e}
	if e.node != nil && e.node.Line > 0 {
		f.Line, f.Column = e.node.Line, e.node.Column
		f.Excerpt = document.Excerpt(t.Content, f.Line, f.Column)
	}
	return f
}

// limitError is a limit that a file exceeds.
type limitError struct {
	msg, hint string
	node      *yaml.Node // where; nil: the file
}

func (e *limitError) Error() string { return e.msg }

// mayGrow tells whether a file could exceed a limit; false is certain.
func mayGrow(content []byte) bool {
	const few = 8 // aliases cannot grow to much, unless they merge themselves
	if bytes.IndexByte(content, '&') >= 0 && (bytes.Count(content, []byte("*")) >= few || bytes.Contains(content, []byte("<<"))) {
		return true
	}
	if documentsOf(content) > few {
		return true
	}
	const tags = 100 // that take something back
	if bytes.Count(content, []byte("!")) > tags {
		return true
	}
	const usual = 20 // levels of brackets, and three times as many columns
	if len(content) > usualSize && partsOf(content) > composeServices.value {
		return true // it may have too many keys, services, dependencies
	}
	brackets, indent := nesting(content)
	return brackets > usual || indent > 3*usual || ranges(content) > maxPorts
}

// nesting is how deep a file nests at most: brackets, whether they are in a
// text or not, and the widest indentation, dashes and question marks included.
func nesting(content []byte) (brackets, indentation int) {
	open, indent := 0, 0
	starting := true
	for _, c := range content {
		switch c {
		case '[', '{':
			open++
			brackets = max(brackets, open)
		case ']', '}':
			open = max(0, open-1)
		}
		switch {
		case c == '\n' || c == '\r':
			starting, indent = true, 0
		case starting && (c == ' ' || c == '-' || c == '?'):
			indent++
			indentation = max(indentation, indent)
		default:
			starting = false
		}
	}
	return brackets, indentation
}

// ranges is an upper bound of the ports that the file's ranges stand for.
func ranges(content []byte) int {
	total := 0
	for rest := content; ; {
		i := bytes.IndexByte(rest, '-')
		if i < 0 {
			return total
		}
		from, to := i, i+1
		for from > 0 && isDigit(rest[from-1]) {
			from--
		}
		for to < len(rest) && isDigit(rest[to]) {
			to++
		}
		total += rangeSize(string(rest[from:i]), string(rest[i+1:to]))
		rest = rest[i+1:]
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// rangeSize is how many ports a range stands for; 0 if it is none.
func rangeSize(from, to string) int {
	first, err := strconv.ParseUint(from, 10, 16)
	last, err2 := strconv.ParseUint(to, 10, 16)
	if err != nil || err2 != nil || last < first {
		return 0
	}
	return int(last-first) + 1
}

// expansion is what the variables of a project's files stand for so far.
type expansion struct {
	filled  []filledText
	bytes   int
	dollars dollars
}

// substitute is compose-go's, for texts that have anything to substitute, and
// not more than it gets through.
func (e *expansion) substitute(text string, lookup template.Mapping) (string, error) {
	if strings.IndexByte(text, '$') < 0 {
		return text, nil
	}
	if err := e.dollars.add(text); err != nil {
		return "", err
	}
	if e.bytes > variableBytes.value {
		return "", errTooLong
	}
	within := func(name string) (string, bool) {
		value, ok := lookup(name)
		if e.bytes += len(value); e.bytes > variableBytes.value {
			return "", ok
		}
		return value, ok
	}
	result, err := template.Substitute(text, within)
	if e.bytes > variableBytes.value {
		return "", errTooLong
	}
	e.filled = append(e.filled, filledText{text, result})
	return result, err
}

var errTooLong = errors.New(variableBytes.exceeded("the values of all variables"))

// checkExpressions refuses a text with more expressions than compose-go, which
// looks at the rest of the text for each, gets through in time.
func checkExpressions(text string) error {
	if n := strings.Count(text, "${"); n > maxExpressions {
		return fmt.Errorf("%d variables in one text, of which more than %d are refused", n, maxExpressions)
	}
	return nil
}

// dollars is what the $ of texts cost so far, escaped ones included: for each,
// compose-go looks at the rest of its text.
type dollars struct{ cost int }

// add refuses a text that compose-go does not get through in time, by itself or
// after those before.
func (d *dollars) add(text string) error {
	d.cost = saturated(d.cost, strings.Count(text, "$")*len(text))
	if d.cost > maxDollarCost {
		return errDollars
	}
	return checkExpressions(text)
}

var errDollars = errors.New("too many $ in long texts")

// checkTexts is dollars.add for all texts of a tree.
func checkTexts(v any, d *dollars) error {
	switch v := v.(type) {
	case string:
		return d.add(v)
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := checkTexts(v[key], d); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	case []any:
		for _, entry := range v {
			if err := checkTexts(entry, d); err != nil {
				return err
			}
		}
	}
	return nil
}
