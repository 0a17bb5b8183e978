package limits

import (
	"os"
	"strings"
	"testing"
)

// TestLimitsDocumented: docs/limits.md has every limit with its value.
func TestLimitsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []Limit{
		ComposeFileBytes, ComposeParts, ComposeNodes, ComposeServices, ComposeDocuments, ComposeMerged, ComposeKeys, ComposePaths, DependencyCount, VariableBytes, CommandSquares,
		EnvFileBytes, EnvFileLines, EnvExpanded, EnvTotal, EnvTotalBytes,
		{maxDepth, "levels", ""}, {maxExtends, "services", ""}, {maxPorts, "ports", ""}, {maxSameAlias, "aliases", ""}, {maxExpressions, "variables", ""},
	} {
		if !strings.Contains(string(doc), "| "+l.String()+" |") {
			t.Errorf("docs/limits.md has no %q", l)
		}
	}
}
