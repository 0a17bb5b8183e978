package project

import (
	"bytes"
	"io"
	"os"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/limits"
)

// checkEnvFiles refuses env and label files that become too much because many
// services read them. Each is looked at once; pipes are not.
func (p *Project) checkEnvFiles(services types.Services) error {
	uses := map[string]int{}
	for _, s := range services {
		for _, f := range s.EnvFiles {
			uses[f.Path]++
		}
		for _, f := range s.LabelFiles {
			uses[f]++
		}
		for _, hook := range s.PreStart {
			for _, f := range hook.EnvFiles {
				uses[f.Path]++
			}
		}
	}
	lines, size := 0, 0
	for path, times := range uses {
		if times < 2 {
			continue // the limit of one file is enough
		}
		l, n := measure(path)
		lines, size = lines+times*l, size+times*n
	}
	switch {
	case lines > limits.EnvTotal.Value:
		return hint.New(limits.EnvTotal.Exceeded("the env files of all services"), limits.EnvTotal.Help)
	case size > limits.EnvTotalBytes.Value:
		return hint.New(limits.EnvTotalBytes.Exceeded("the env files of all services"), limits.EnvTotalBytes.Help)
	}
	return nil
}

// measure counts the lines and bytes of a file, up to the limit of one.
func measure(path string) (lines, size int) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0, 0
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, 0
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, int64(limits.EnvFileBytes.Value)))
	if err != nil {
		return 0, 0
	}
	return bytes.Count(content, []byte("\n")) + 1, len(content)
}
