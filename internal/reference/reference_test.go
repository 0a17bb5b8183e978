package reference

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// tree has what a page can have.
func tree() *cobra.Command {
	root := &cobra.Command{Use: "tool COMMAND", Short: "Does things"}
	root.PersistentFlags().Bool("loud", false, "Say more")
	run := func(*cobra.Command, []string) {}
	sub := &cobra.Command{
		Use: "sub-do [OPTIONS] WHAT", Aliases: []string{"do"}, Short: "Does one|other", Run: run,
		Long:                  "Does it.\n    .tool sub-do x\n\nMore of it.",
		Example:               "tool sub-do 'x'",
		DisableFlagsInUseLine: true,
	}
	sub.Flags().IntP("number", "n", 7, "How `many`")
	sub.Flags().StringArray("with", nil, "What with")
	sub.Flags().Bool("secret", false, "")
	_ = sub.Flags().MarkHidden("secret")
	hidden := &cobra.Command{Use: "hidden", Hidden: true, Run: run}
	root.AddCommand(sub, hidden)
	return root
}

func TestMarkdown(t *testing.T) {
	files := Book{Root: tree(), Sections: []Section{{Title: "Exit status", Entries: [][2]string{{"0", "well"}}}}}.Files()
	compare(t, string(files["reference/tool_sub-do.md"]), strings.Join([]string{
		"# tool sub-do", "", "Does it.", "",
		"```", ".tool sub-do x", "```", "", "More of it.", "",
		"```", "tool sub-do [OPTIONS] WHAT", "```", "",
		"Also called `tool do`.", "",
		"## Options", "", "| Option | Value | |", "|---|---|---|",
		"| `-n, --number` | many | How many (default: `7`) |",
		"| `--with` | string... | What with |", "",
		"## Global options", "", "| Option | Value | |", "|---|---|---|",
		"| `--loud` |  | Say more |", "",
		"## Examples", "", "```", "tool sub-do 'x'", "```", "",
		"The options that stand before the command are those of [tool](tool.md).", "",
	}, "\n"))
	root := string(files["reference/tool.md"])
	for _, want := range []string{`| [tool sub-do](tool_sub-do.md) | Does one\|other |`, "## Exit status", "| `0` | well |"} {
		if !strings.Contains(root, want) {
			t.Errorf("the root's page lacks %q:\n%s", want, root)
		}
	}
}

func TestMan(t *testing.T) {
	files := Book{Root: tree(), Version: "1.2"}.Files()
	compare(t, string(files["man/tool-sub-do.1"]), strings.Join([]string{
		`.TH "TOOL-SUB-DO" 1 "" "compose 1.2" "Compose Manual"`,
		".SH NAME", `tool\-sub\-do \- Does one|other`,
		".SH SYNOPSIS", ".B tool", `sub\-do [OPTIONS] WHAT`,
		".SH DESCRIPTION", "Does it.", ".RS 4", ".nf", `\&.tool sub\-do x`, ".fi", ".RE", ".PP", "More of it.",
		".PP", `Also called \fBtool do\fR.`,
		".SH OPTIONS",
		".TP", `\fB\-n, \-\-number\fR \fImany\fR`, "How many (default: 7)",
		".TP", `\fB\-\-with\fR \fIstring...\fR`, "What with",
		".SH GLOBAL OPTIONS", ".TP", `\fB\-\-loud\fR`, "Say more",
		".SH EXAMPLES", ".nf", `tool sub\-do 'x'`, ".fi",
		".SH SEE ALSO", ".BR tool (1)", "",
	}, "\n"))
}

// TestFiles: a page in each format for every command that help lists.
func TestFiles(t *testing.T) {
	var names []string
	for name := range (Book{Root: tree()}).Files() {
		names = append(names, name)
	}
	slices.Sort(names)
	want := "man/tool-sub-do.1 man/tool.1 reference/tool.md reference/tool_sub-do.md"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Fatalf("line %d differs:\n%s\nwant:\n%s", i+1, got, want)
		}
	}
}
