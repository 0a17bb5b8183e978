package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/project/limits"
)

// doubling is an env file whose last value is 2^41 bytes long.
func doubling() string {
	return "A0=xx\n" + times(40, "\n", func(i int) string { return fmt.Sprintf("A%d=${A%d}${A%d}", i+1, i, i) }) + "\n"
}

func services(n int, more func(i int) string) string {
	return "services:\n" + times(n, "\n", func(i int) string { return fmt.Sprintf("  s%d: {image: x%s}", i, more(i)) }) + "\n"
}

// TestTooLarge: what would exhaust the machine is refused, by a limit that the
// refusal names, before it is read or written out.
func TestTooLarge(t *testing.T) {
	envLines := times(limits.EnvFileLines.Value+1, "\n", func(i int) string { return fmt.Sprintf("K%d=v", i) })
	large := strings.Repeat("x", 4<<20)
	const envFile = "services: {web: {image: x, env_file: e.env}}\n"
	const labelFile = "services: {web: {image: x, label_file: e.env}}\n"
	const rawFile = "services: {web: {image: x, env_file: [{path: e.env, format: raw}]}}\n"
	const included = "include: [{path: sub/inc.yaml, env_file: e.env}]\n"
	tests := []struct {
		name  string
		files []string // the first is compose.yaml
		most  limits.Limit
		what  string
	}{
		{"700,000 keys", []string{oneService + "x-a:\n" + times(700_000, "\n", func(i int) string { return fmt.Sprintf("  k%d: 1", i) })}, limits.ComposeParts, "the file"},
		{"39,000 documents", []string{times(39_000, "\n---\n", func(i int) string { return fmt.Sprintf("services: {s%d: {image: x}}", i) })}, limits.ComposeDocuments, "the file"},
		{"51 documents", []string{times(51, "\n---\n", func(i int) string { return fmt.Sprintf("services: {s%d: {image: x}}", i) })}, limits.ComposeDocuments, "the file"},
		{"49 documents of 100 services", []string{times(49, "\n---\n", func(i int) string {
			return "services: {" + times(100, ",", func(j int) string { return fmt.Sprintf("s%d_%d: {image: x}", i, j) }) + "}"
		})}, limits.ComposeMerged, "the project"},
		{"40,000 labels", []string{oneService + "x-a: {" + times(40_000, ",", func(i int) string { return fmt.Sprintf("l%d: a", i) }) + "}\n"}, limits.ComposeKeys, "the project"},
		{"many keys", []string{oneService + "x-a:\n" + times(limits.ComposeNodes.Value/2, "\n", func(i int) string { return fmt.Sprintf("  k%d: 1", i) })}, limits.ComposeNodes, "the project"},
		{"100,000 services", []string{services(100_000, constant(""))}, limits.ComposeServices, "the project"},
		{"one service too many", []string{services(limits.ComposeServices.Value+1, constant(""))}, limits.ComposeServices, "the project"},
		{"3,000 services of 300 dependencies", []string{services(3_000, constant(", depends_on: ["+times(300, ",", func(i int) string { return fmt.Sprintf("s%d", i) })+"]"))}, limits.ComposeParts, "the file"},
		{"300 services of 300 dependencies", []string{services(300, constant(", depends_on: ["+times(300, ",", func(i int) string { return fmt.Sprintf("s%d", i) })+"]"))}, limits.DependencyCount, "the project"},
		{".env that doubles", []string{oneService, ".env", doubling()}, limits.EnvExpanded, "the values of the file's variables"},
		{"env_file that doubles", []string{envFile, "e.env", doubling()}, limits.EnvExpanded, "the values of the file's variables"},
		{"label_file that doubles", []string{labelFile, "e.env", doubling()}, limits.EnvExpanded, "the values of the file's variables"},
		{"env_file of an include that doubles", []string{included, "sub/inc.yaml", oneService, "e.env", doubling()}, limits.EnvExpanded, "the values of the file's variables"},
		{".env of an include that doubles", []string{"include: [sub/inc.yaml]\n", "sub/inc.yaml", oneService, "sub/.env", doubling()}, limits.EnvExpanded, "the values of the file's variables"},
		{"2,000 values of 4 MB", []string{"services: {web: {image: x, labels: [" + times(2_000, ",", func(i int) string { return fmt.Sprintf(`"l%d=${BIG}"`, i) }) + "]}}\n", ".env", "BIG=" + large + "\n"}, limits.VariableBytes, "the values of all variables"},
		{"variables in a row in .env", []string{oneService, ".env", "A=" + strings.Repeat("${B}", 10_000)}, limits.Limit{Value: 500, Unit: "are refused"}, "10000 variables in one text, of which"},
		{".env of many lines", []string{oneService, ".env", envLines}, limits.EnvFileLines, "the file"},
		{"env_file of many lines", []string{envFile, "e.env", envLines}, limits.EnvFileLines, "the file"},
		{"label_file of many lines", []string{labelFile, "e.env", envLines}, limits.EnvFileLines, "the file"},
		{"raw env_file of many lines", []string{rawFile, "e.env", envLines}, limits.EnvFileLines, "the file"},
		{"one env_file for many", []string{services(100, constant(", env_file: e.env")), "e.env", strings.Repeat("A=1\n", 10_000)}, limits.EnvTotal, "the env files of all services"},
		{"a long key", []string{oneService + "x-" + large + ":\n" + times(15_000, "\n", func(i int) string { return fmt.Sprintf("  k%d: v", i) })}, limits.ComposePaths, "the project"},
		{"a long key of several lines", []string{oneService + "x-a:\n  ? |-\n" + strings.Repeat("    xxxxxxxxxxxxxxxx\n", 5_000) + "  :\n" + times(15_000, "\n", func(i int) string { return fmt.Sprintf("    k%d: v", i) })}, limits.ComposePaths, "the project"},
		{"long names of services", []string{"services:\n" + times(150, "\n", func(i int) string { return fmt.Sprintf("  s%d%s: {image: x}", i, large[:100_000]) })}, limits.ComposePaths, "the project"},
		{"a long command", []string{"services: {web: {image: x, command: " + large + "}}\n"}, limits.CommandSquares, "the commands of all services"},
		{"a long command of a hook", []string{"services: {web: {image: x, post_start: [{command: " + large + "}]}}\n"}, limits.CommandSquares, "the commands of all services"},
		{"a long entrypoint of a variable", []string{"services: {web: {image: x, entrypoint: $BIG}}\n", ".env", "BIG=" + large + "\n"}, limits.CommandSquares, "the commands of all services"},
		{"one large env_file for many", []string{services(100, constant(", env_file: e.env")), "e.env", "A=" + large}, limits.EnvTotalBytes, "the env files of all services"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := strings.Replace(test.most.Exceeded(test.what), "which: more", "which more", 1)
			dir := folder(t, append([]string{"compose.yaml"}, test.files...)...)
			_, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo"}, nil)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("error %.300v, want %q", err, want)
			}
		})
	}
}

// TestSparse: 300 MB of NUL are not read to their end, wherever they are.
func TestSparse(t *testing.T) {
	for _, test := range []struct{ name, file, sparse string }{
		{"compose file", "", "compose.yaml"},
		{"included file", "include: [sub/big]\n", "sub/big"},
		{"extended file", "services: {web: {extends: {file: sub/big, service: web}}}\n", "sub/big"},
		{".env", oneService, ".env"},
		{"env_file", "services: {web: {image: x, env_file: sub/big}}\n", "sub/big"},
		{"label_file", "services: {web: {image: x, label_file: sub/big}}\n", "sub/big"},
		{"raw env_file", "services: {web: {image: x, env_file: [{path: sub/big, format: raw}]}}\n", "sub/big"},
		{"env_file of an include", "include: [{path: sub/inc.yaml, env_file: sub/big}]\n", "sub/big"},
		{".env of an include", "include: [sub/inc.yaml]\n", "sub/.env"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t, "compose.yaml", test.file, "sub/inc.yaml", oneService, test.sparse, test.file)
			if err := os.Truncate(filepath.Join(dir, test.sparse), 300<<20); err != nil {
				t.Fatal(err)
			}
			_, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo"}, nil)
			if err == nil || !strings.Contains(err.Error(), "more than 16 MiB") {
				t.Errorf("error %.300v, want that it has more than 16 MiB", err)
			}
		})
	}
}

// TestWithin: a project that is large and not hostile loads.
func TestWithin(t *testing.T) {
	p := load(t, services(5_000, constant("")))
	if len(p.Services) != 5_000 {
		t.Errorf("%d services", len(p.Services))
	}
}

// TestAbandon: a load ends with its context, even while it waits for a pipe.
func TestAbandon(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("asked to")
	waiting := make(chan struct{})
	in := waitingReader{waiting, t.Context()}
	go func() { <-waiting; cancel(why) }()
	if _, err := Load(ctx, Options{WorkDir: t.TempDir(), Name: "demo", Files: []string{"-"}, Stdin: in}, nil); !errors.Is(err, why) {
		t.Errorf("error %v", err)
	}
}

// waitingReader says that it is read, and has nothing until the test is over.
type waitingReader struct {
	waiting chan struct{}
	over    context.Context
}

func (r waitingReader) Read([]byte) (int, error) {
	close(r.waiting)
	<-r.over.Done()
	return 0, errors.New("over")
}
