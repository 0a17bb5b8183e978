package project

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/compose-orchestrator/compose/event"
)

func TestMain(m *testing.M) {
	logrus.SetOutput(io.Discard) // compose-go's warnings
	os.Exit(m.Run())
}

// folder writes files below a new folder and returns it. Names end in the
// content: "compose.yaml", "services: ...", ...
func folder(tb testing.TB, files ...string) string {
	tb.Helper()
	dir := tb.TempDir()
	for i := 0; i+1 < len(files); i += 2 {
		write(tb, filepath.Join(dir, files[i]), files[i+1])
	}
	return dir
}

// load loads the project of a single file.
func load(tb testing.TB, file string) *Project {
	tb.Helper()
	p, err := Load(tb.Context(), Options{WorkDir: folder(tb, "compose.yaml", file), Name: "demo"}, nil)
	if err != nil {
		tb.Fatalf("Load: %v", err)
	}
	return p
}

// collect is a sink that keeps the texts of messages.
func collect(into *[]string) event.Sink {
	return func(e event.Event) {
		if m, ok := e.(event.Message); ok {
			*into = append(*into, m.Text)
		}
	}
}

const oneService = "services: {web: {image: nginx}}\n"

func stringReader(s string) io.Reader { return strings.NewReader(s) }

// check compares a result, or the beginning of an error, with what is wanted.
func check(tb testing.TB, what, got string, err error, want, wantErr string) {
	tb.Helper()
	switch {
	case wantErr == "" && err != nil:
		tb.Errorf("%s: %v, want %q", what, err, want)
	case wantErr != "" && err == nil:
		tb.Errorf("%s: got %q, want error %q", what, got, wantErr)
	case wantErr != "" && !strings.HasPrefix(err.Error(), wantErr):
		tb.Errorf("%s: got error %q, want %q", what, err, wantErr)
	case wantErr == "" && got != want:
		tb.Errorf("%s: got %q, want %q", what, got, want)
	}
}
