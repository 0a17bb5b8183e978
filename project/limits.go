package project

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

// limitError is a limit that a file exceeds.
type limitError struct {
	msg, hint string
	node      *yaml.Node // where; nil: the file
}

func (e *limitError) Error() string { return e.msg }
