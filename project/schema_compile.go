package project

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/schema"
)

var schemaOnce sync.Once

// startCompilingSchema compiles compose-go's JSON schema in a goroutine, which takes as long as
// loading 50 services. The function returned waits for it.
//
// The compiler makes a URL of the working directory, and fails until the end of
// the process where the directory's name is no part of a URL: "100% done". There the
// schema is compiled at once, while PWD has another name of the directory.
func startCompilingSchema() (wait func()) {
	if dir, err := os.Getwd(); err == nil && !inURL(dir) {
		restore := aliasWorkDir(dir)
		schemaOnce.Do(compileSchema)
		restore()
		return func() {}
	}
	var done sync.WaitGroup
	done.Go(func() { schemaOnce.Do(compileSchema) })
	return done.Wait
}

// compileSchema makes compose-go compile its schema, which it does once.
func compileSchema() {
	// An empty file is valid; only the compilation is wanted.
	_ = schema.Validate(map[string]any{})
}

// inURL tells whether a folder may stand in a URL as it is.
func inURL(dir string) bool {
	u, err := url.Parse("file://" + filepath.ToSlash(dir) + "/x")
	return err == nil && u.Fragment == "" && !strings.Contains(dir, "#")
}

// aliasWorkDir makes os.Getwd return a plain name of the working directory until
// restore is called: PWD is believed where it names the same folder.
func aliasWorkDir(dir string) (restore func()) {
	before, set := os.LookupEnv("PWD")
	link := "/proc/self/cwd"
	folder := ""
	if _, err := os.Stat(link); err != nil {
		if folder, err = os.MkdirTemp("", "compose"); err != nil {
			return func() {}
		}
		link = filepath.Join(folder, "dir")
		_ = os.Symlink(dir, link) // without it PWD is not believed
	}
	_ = os.Setenv("PWD", link)
	return func() {
		if set {
			_ = os.Setenv("PWD", before)
		} else {
			_ = os.Unsetenv("PWD")
		}
		if folder != "" {
			_ = os.RemoveAll(folder)
		}
	}
}
