package build

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	"github.com/moby/buildkit/session/sshforward/sshprovider"
	"github.com/moby/buildkit/util/staticfs"
	"github.com/tonistiigi/fsutil"
	fstypes "github.com/tonistiigi/fsutil/types"

	"github.com/compose-orchestrator/compose/hint"
)

// Names of the two folders that every build reads.
const (
	localContext    = "context"
	localDockerfile = "dockerfile"
)

// localFolders are the folders of the build's files, by the names that the
// frontend asks for. The Dockerfile's is not among them: it is one small file.
func localFolders(j job) map[string]string {
	dirs := map[string]string{}
	if j.context.dir != "" {
		dirs[localContext] = j.context.dir
	}
	for _, c := range j.named {
		if c.dir != "" {
			dirs[localName(c.dir)] = c.dir
		}
	}
	return dirs
}

// localMounts are what the build's own session shows to the engine. Shared
// folders are among them for engines (Docker before 23) that don't know how to
// ask another session.
func localMounts(j job) (map[string]fsutil.FS, error) {
	mounts := map[string]fsutil.FS{}
	dirs := localFolders(j)
	if j.file.data == nil && j.file.dir != "" {
		dirs[localDockerfile] = j.file.dir
	}
	for name, dir := range dirs {
		fs, err := fsutil.NewFS(dir)
		if err != nil {
			return nil, fmt.Errorf("reading the folder %q: %w", dir, err)
		}
		mounts[name] = fs
	}
	if j.file.data != nil {
		mounts[localDockerfile] = memoryFS(j.file)
	}
	return mounts, nil
}

func memoryFS(d dockerfile) fsutil.FS {
	fs := staticfs.NewFS()
	fs.Add(d.name, &fstypes.Stat{Mode: uint32(os.FileMode(0o644))}, d.data)
	if d.ignore != nil {
		fs.Add(d.name+ignoreSuffix, &fstypes.Stat{Mode: uint32(os.FileMode(0o644))}, d.ignore)
	}
	return fs
}

// attachables are what the engine may ask this build for.
func attachables(j job) ([]session.Attachable, error) {
	var list []session.Attachable
	if len(j.secrets) > 0 {
		list = append(list, secretsprovider.NewSecretProvider(secretStore(j.secrets)))
	}
	// Without any keys too: then it is said which one a RUN asked for.
	var agents []sshprovider.AgentConfig
	for _, a := range j.ssh {
		if err := checkEnds(a.path); err != nil {
			return nil, fmt.Errorf("build.ssh: %w", err)
		}
		agents = append(agents, sshprovider.AgentConfig{ID: a.id, Paths: []string{a.path}})
	}
	ssh, err := sshprovider.NewSSHAgentProvider(agents)
	if err != nil {
		return nil, hint.Wrap(fmt.Errorf("build.ssh: %w", err), "the path is an agent's socket, or a private key without a passphrase")
	}
	return append(list, ssh), nil
}

// ignoreSuffix makes the name of the ignore file that belongs to one Dockerfile.
const ignoreSuffix = ".dockerignore"

// localName names an additional folder towards the engine. It depends on the
// path alone, so that two builds that read it ask for the same thing.
func localName(dir string) string { return "dir-" + short(filepath.Clean(dir)) }
