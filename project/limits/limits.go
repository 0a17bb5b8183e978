// Package limits bounds what the files of a project may cost: their size, what they
// grow to, and what their variables stand for.
package limits

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v4"

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
	maxBracedCost  = 30_000_000     // ${A:-...} of a line, times its bytes, of all texts
	maxResets      = 50_000_000     // !reset and !override, times the nodes
	maxExtended    = 20 << 20       // bytes of files that extends: {file: ...} names, each time
	UsualSize      = 64 << 10
)

// Limit is a bound of what a project may cost; docs/limits.md lists them all.
type Limit struct {
	Value int
	Unit  string // "bytes" are shown in MiB
	Help  string // what to do about it
}

// What is read, and what becomes of it. A load within them takes less than 10 s
// and 500 MB on the machine that docs/limits.md names; a project of 5,000 services
// is within them.
var (
	ComposeFileBytes = Limit{16 << 20, "bytes", "keep data in files of their own, which configs and secrets name"}
	ComposeParts     = Limit{400_000, "lines, commas and brackets", "keep data in files of their own, which configs and secrets name"}
	ComposeNodes     = Limit{250_000, "keys and values", "split it into several projects"}
	ComposeDocuments = Limit{document.MaxDocuments, "documents", "write them as one: each is merged into those before"}
	ComposeMerged    = Limit{600_000, "documents times keys and values", "write them as one: each is merged into those before"}
	ComposeKeys      = Limit{400_000_000, "squares of keys", "split large mappings, or keep data in files of their own"} // 20,000 in one mapping
	ComposePaths     = Limit{200_000_000, "bytes of keys", "use shorter keys: names are for people"}
	ComposeServices  = Limit{6_000, "services", "split it into several projects, or scale one service"}
	DependencyCount  = Limit{50_000, "dependencies", "let services depend on what they need first, not on all that is before"}
	VariableBytes    = Limit{32 << 20, "bytes", "keep large values in files of their own, which configs and secrets name"}
	CommandSquares   = Limit{20_000_000_000, "squares of bytes", "write long commands as lists, or keep scripts in files, which configs name"}
	EnvFileBytes     = Limit{16 << 20, "bytes", "an env file sets a few variables: is it the right one?"}
	EnvFileLines     = Limit{100_000, "variables", "an env file sets a few variables: is it the right one?"}
	EnvExpanded      = Limit{16 << 20, "bytes", "its values contain each other: is it meant to exhaust the machine?"}
	EnvTotal         = Limit{600_000, "variables", "let fewer services read the large env files"}
	EnvTotalBytes    = Limit{64 << 20, "bytes", "let fewer services read the large env files"}
)

// Exceeded says that something goes beyond the limit.
func (l Limit) Exceeded(what string) string { return what + ": more than " + l.String() }

// String is the value with its unit.
func (l Limit) String() string {
	if l.Unit == "bytes" {
		return fmt.Sprintf("%d MiB", l.Value>>20)
	}
	digits := strconv.Itoa(l.Value)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits + " " + l.Unit
}

// Error is a limit that a file exceeds.
type Error struct {
	Msg, Hint string
	Node      *yaml.Node // where; nil: the file
}

func (e *Error) Error() string { return e.Msg }
