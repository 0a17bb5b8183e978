package project

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hundred writes a file of 100 services as projects have them, and returns the
// options that load it.
func hundred(tb testing.TB) Options {
	tb.Helper()
	var b strings.Builder
	b.WriteString("name: hundred\nservices:\n")
	for i := range 100 {
		fmt.Fprintf(&b, `  svc%d:
    image: alpine:3
    command: ["sleep", "%d"]
    environment:
      INDEX: "%d"
      LEVEL: ${LEVEL:-info}
    ports: ["%d:80"]
    volumes: ["data%d:/data", "./src:/src:ro"]
    networks: [back]
    restart: unless-stopped
    healthcheck: {test: [CMD, "true"], interval: 5s}
    labels: {tier: back}
`, i, i, i, 20000+i, i%10)
		if i > 0 {
			fmt.Fprintf(&b, "    depends_on: [svc%d]\n", (i-1)/2)
		}
	}
	b.WriteString("networks: {back: }\nvolumes:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "  data%d:\n", i)
	}
	dir := tb.TempDir()
	write(tb, filepath.Join(dir, "compose.yaml"), b.String())
	return Options{WorkDir: dir}
}

func write(tb testing.TB, name, content string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		tb.Fatal(err)
	}
}

func BenchmarkLoad100(b *testing.B) {
	o := hundred(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(b.Context(), o, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIdentify100(b *testing.B) {
	o := hundred(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Identify(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHash100(b *testing.B) {
	p, err := Load(b.Context(), hundred(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for name := range p.Services {
			if _, err := p.Hash(name, nil); err != nil {
				b.Fatal(err)
			}
		}
	}
}
