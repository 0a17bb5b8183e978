package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project/limits"
)

// times joins what f makes of 0 to n-1.
func times(n int, separator string, f func(i int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = f(i)
	}
	return strings.Join(parts, separator)
}

func constant(text string) func(int) string { return func(int) string { return text } }

// bombs are files of at most 64 KB that would cost far more than their size.
var bombs = []struct{ name, file, want string }{
	{"aliases of aliases", "x-0: &a0 [1, 1]\n" + times(12, "\n", func(i int) string {
		return fmt.Sprintf("x-%d: &a%d [%s]", i+1, i+1, times(9, ", ", constant(fmt.Sprintf("*a%d", i))))
	}) + "\n" + oneService, "excessive aliasing"},
	{"merges of merges", "x-0: &a0 {k: v}\n" + times(12, "\n", func(i int) string {
		return fmt.Sprintf("x-%d: &a%d {<<: [%s]}", i+1, i+1, times(9, ", ", constant(fmt.Sprintf("*a%d", i))))
	}) + "\n" + oneService, "excessive aliasing"},
	{"a long text, often", "x-a: &a " + strings.Repeat("y", 30_000) + "\nx-b: [" + times(2_000, ",", constant("*a")) + "]\n" + oneService, "excessive aliasing"},
	{"one anchor, often", "x-a: &a {image: x}\nservices: {a: {<<: [" + times(9_000, ",", constant("*a")) + "]}}\n", "excessive aliasing: more than 2500 times *a"},
	{"merges itself", "x-a: &a {<<: *a}\n" + oneService, "cycle detected: *a is within what it stands for"},
	{"deep", "x-a: " + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000) + "\n" + oneService, "nested more than 100 levels deep"},
	{"deep blocks", times(150, "\n", func(i int) string { return strings.Repeat(" ", i) + "a:" }) + "\n", "nested more than 100 levels deep"},
	{"deep, often", "x-a: [" + times(350, ",", constant(strings.Repeat("[", 90)+strings.Repeat("]", 90))) + "]\n" + oneService, "excessive aliasing or nesting"},
	{"ports", `services: {a: {image: x, ports: ["1-65535:1-65535"]}}`, "the ranges of ports stand for more than 16384 ports"},
	{"extends, often", "services:\n  b: {image: x, labels: {" + times(2_000, ",", func(i int) string { return fmt.Sprintf("l%d: 1", i) }) + "}}\n" +
		times(500, "\n", func(i int) string { return fmt.Sprintf("  s%d: {extends: b}", i) }), "excessive aliasing"},
	{"extends, in a row", "services:\n" + times(1_000, "\n", func(i int) string {
		return fmt.Sprintf("  s%d: {extends: {file: compose.yaml, service: s%d}}", i, i+1)
	}) + "\n  s1000: {image: x}\n", "more than 50 services extend each other in a row"},
	{"extends from a large file", "services:\n  b: {image: x}\n" + times(1_200, "\n", func(i int) string {
		return fmt.Sprintf("  s%d: {extends: {file: compose.yaml, service: b}}", i)
	}), "too many services extend one of a large file"},
	{"variables in variables", `services: {a: {image: "` + strings.Repeat("${A:-", 9_000) + "x" + strings.Repeat("}", 9_000) + `"}}`, "variables in one text"},
	{"variables in a row", `services: {a: {image: "` + strings.Repeat("${A:-b}", 7_000) + `"}}`, "variables in one text"},
	{"takes back, often", "x-a: &a {" + times(900, ", ", func(i int) string { return fmt.Sprintf("k%d: !reset x", i) }) + "}\nx-b: [" + times(20, ",", constant("*a")) + "]\n" + oneService, "times !reset or !override in a project of this size"},
	{"a huge number", "services: {a: {image: x, scale: " + strings.Repeat("9", 60_000) + "}}", "services.a.scale"},
}

func TestBombs(t *testing.T) {
	for _, test := range bombs {
		t.Run(test.name, func(t *testing.T) {
			if len(test.file) > limits.UsualSize {
				t.Fatalf("%d bytes", len(test.file))
			}
			_, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", test.file), Name: "demo"}, nil)
			e, ok := errors.AsType[*FileError](err)
			if !ok || !strings.Contains(e.Msg, test.want) {
				t.Fatalf("error %.300v, want %q", err, test.want)
			}
			if e.File != "compose.yaml" || len(err.Error()) > 1_000 {
				t.Errorf("%d bytes of error about file %q: %.300v", len(err.Error()), e.File, err)
			}
		})
	}
}

// Large is not excessive: what people may have loads.
func TestNoBombs(t *testing.T) {
	for name, file := range map[string]string{
		"many services":  "services:\n" + times(500, "\n", func(i int) string { return fmt.Sprintf("  s%d: {image: x}", i) }),
		"a shared block": "x-a: &a {image: x, logging: {driver: json-file, options: {max-size: 1m}}}\nservices:\n" + times(500, "\n", func(i int) string { return fmt.Sprintf("  s%d: {<<: *a}", i) }),
		"a shared base":  "services:\n  b: {image: x, environment: {A: 1, B: 2}}\n" + times(200, "\n", func(i int) string { return fmt.Sprintf("  s%d: {extends: b}", i) }),
		"media ports":    `services: {a: {image: x, ports: ["49152-65535:49152-65535/udp"]}}`,
		"dependencies": "services:\n" + times(60, "\n", func(i int) string {
			return fmt.Sprintf("  s%d: {image: x, depends_on: [%s]}", i, times(i, ",", func(j int) string { return fmt.Sprintf("s%d", j) }))
		}),
		"an alias within a list of its own anchor's parent": "x-a: {b: &b {c: 1}, d: [*b, *b]}\n" + oneService,
		"numbers with dashes":                               "services: {a: {image: x, labels: [\"a=1-65535 2-65535 3-65535\"]}}",
	} {
		t.Run(name, func(t *testing.T) { load(t, file) })
	}
}

// A file that another one includes is under the same limits.
func TestIncludedBomb(t *testing.T) {
	for _, main := range []string{"include: [sub/bomb.yaml]\n", "services: {a: {extends: {file: sub/bomb.yaml, service: web}}}\n"} {
		dir := folder(t, "compose.yaml", main, "sub/bomb.yaml", bombs[0].file)
		_, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo"}, nil)
		check(t, "Load", "", err, "", "sub/bomb.yaml:")
	}
}

// TestBombsOfModels: what is read with its variables as they stand is bounded too.
func TestBombsOfModels(t *testing.T) {
	file := `services: {a: {image: "` + strings.Repeat("${A:-b}", 7_000) + `"}}`
	_, err := LoadModel(t.Context(), Options{WorkDir: folder(t, "compose.yaml", file), Name: "demo"}, event.Discard)
	if err == nil || !strings.Contains(err.Error(), "services: a: image: 7000 variables in one text") {
		t.Errorf("got %v", err)
	}
}

// TestDollars: texts of many $ are refused, each by itself and all together.
func TestDollars(t *testing.T) {
	for name, files := range map[string][]string{
		"one":    {"compose.yaml", "services: {w: {image: x, command: \"" + strings.Repeat("$", 200_000) + "\"}}\n"},
		"many":   {"compose.yaml", "services: {w: {image: x, command: [" + times(80, ",", constant(strings.Repeat("$", 100_000))) + "]}}\n"},
		"braces": {"compose.yaml", "services: {w: {image: x, labels: [\"a=" + strings.Repeat("${A:-x}", 400) + strings.Repeat("y", 200_000) + "}\"]}}\n"},
		"nested": {"compose.yaml", "services: {w: {image: x, labels: [\"a=" + strings.Repeat("${A:-", 400) + strings.Repeat("y", 200_000) + strings.Repeat("}", 400) + "\"]}}\n"},
		"env":    {"compose.yaml", oneService, ".env", "A=" + strings.Repeat("$", 200_000) + "\n"},
	} {
		_, err := Load(t.Context(), Options{WorkDir: folder(t, files...), Name: "demo"}, nil)
		if err == nil || !strings.Contains(err.Error(), "too many $ in long texts") {
			t.Errorf("%s: got %.300v", name, err)
		}
	}
}

// TestPlainVariables: a long line with many variables that have no default loads: a file
// of JSON without line ends may be like that.
func TestPlainVariables(t *testing.T) {
	dir := folder(t, "compose.yaml", "services: {w: {image: x, configs: [c]}}\nconfigs: {c: {content: '"+strings.Repeat("${A}"+strings.Repeat("y", 1000), 400)+"'}}\n")
	p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", Environ: []string{"A=b"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(p.Configs["c"].Content); got != 400*1001 {
		t.Errorf("the content has %d bytes", got)
	}
}

// TestEndlessFiles: what has no end is not read to it, however the file spells
// that it wants it.
func TestEndlessFiles(t *testing.T) {
	large := filepath.Join(t.TempDir(), "large.yaml")
	write(t, large, "")
	if err := os.Truncate(large, 20<<20); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"include: [/dev/zero]": "/dev/zero is a device, which has no end",
		"services: {w: {extends: {file: /dev/zero, service: x}}}": "/dev/zero is a device, which has no end",
		`"\u0069nclude": [/dev/zero]`:                             "/dev/zero is a device, which has no end",
		`"\u0069nclude": [` + large + `]`:                         "more than 16 MiB",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		_, err := Load(ctx, Options{WorkDir: folder(t, "compose.yaml", file), Name: "demo"}, nil)
		cancel()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %.300v, want %q", file, err, want)
		}
	}
}
