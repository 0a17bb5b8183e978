//go:build unix

package effects

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

// peerFiles are the files that Docker Compose 2.40 can read.
var peerFiles = strings.Join(files[:4], string(os.PathListSeparator))

// differs are the places where what the engine reports of our resources is
// meant to differ from what it reports of Docker Compose's, with the reason.
// The paths are expressions.
var differs = map[string]string{
	`container /hg-effects-borrower-1 › HostConfig › VolumesFrom`:    "Docker Compose loses the mode of an entry in volumes_from",
	`container /hg-effects-borrower-1 › Mounts › .* › RW`:            "the same: they are read-only as asked for",
	`container /hg-effects-borrower-rw-1 › HostConfig › VolumesFrom`: "container:NAME of the project's own: the name is the old container's while that is being replaced, the id is not",
	`container .* › Labels › com.docker.compose.image-volume-digest`: "later versions of Docker Compose set it too",
	`container .* › NetworkSettings › Networks › .* › IPAddress`:     "a place of the answer that Docker Compose fills in the request; the address asked for is in IPAMConfig",
	`container .* › NetworkSettings › Networks › .* › IPv6Gateway`:   "the same, with the container's own address",
	`container .* › HostConfig › Mounts › .* › CreateMountpoint`:     "create_host_path is true by default in both syntaxes, as in later versions of Docker Compose",
	`container /hg-effects-owner-1 › (HostConfig › )?Mounts`:         "a secret or config file with an owner or a mode is copied in; Docker Compose binds it and ignores them",
	`network hg-effects_second › IPAM › Options`:                     "Docker Compose loses ipam.options",
}

// TestInspectEqual: the same files give equal containers, networks and volumes
// with this program and with Docker Compose.
func TestInspectEqual(t *testing.T) {
	testbed.NeedAPI(t, "1.49", "the project has every attribute")
	peer := os.Getenv("PEER")
	if peer == "" {
		t.Skip("PEER names no docker-compose")
	}
	b := newBench(t)
	b.env = append(b.env, "COMPOSE_FILE="+peerFiles)
	create := []string{"create"}
	for name := range needs {
		if name != "overlay" && name != "disk-quota" { // the engine refuses these at once
			create = append([]string{"--profile", name}, create...)
		}
	}
	b.run(peer, create...)
	theirs := b.inspect()
	b.clear()
	for _, kind := range []string{"volume", "network"} {
		b.run("docker", kind, "create", projectName+"-given")
	}
	b.run(b.compose, create...)
	ours := b.inspect()
	used := map[string]bool{}
	for _, d := range differences("", theirs, ours) {
		if why := expected(d.path); why != "" {
			used[why] = true
			continue
		}
		t.Errorf("%s\ntheirs: %s\n  ours: %s", d.path, d.theirs, d.ours)
	}
	for pattern := range differs {
		if !used[pattern] {
			t.Errorf("listed as different, and equal: %s", pattern)
		}
	}
}

// expected is the pattern that covers a path, "" for none.
func expected(path string) string {
	for _, pattern := range slices.Sorted(maps.Keys(differs)) {
		if regexp.MustCompile("^(?:" + pattern + ")$").MatchString(path) {
			return pattern
		}
	}
	return ""
}

// inspect is what the engine reports of all of the project's resources, by kind
// and name, without what each run makes anew.
func (b *bench) inspect() map[string]any {
	b.t.Helper()
	all := map[string]any{}
	filter := "label=com.docker.compose.project=" + projectName
	for kind, list := range map[string][]string{
		"container": {"ps", "-aq", "--no-trunc", "--filter", filter},
		"network":   {"network", "ls", "-q", "--no-trunc", "--filter", filter},
		"volume":    {"volume", "ls", "-q", "--filter", filter},
	} {
		ids := strings.Fields(b.run("docker", list...))
		text := b.run("docker", append([]string{kind, "inspect"}, ids...)...)
		var resources []map[string]any
		if err := json.Unmarshal([]byte(text), &resources); err != nil {
			b.t.Fatal(err)
		}
		for _, r := range resources {
			name := r["Name"].(string)
			if pooled[name] {
				delete(r["IPAM"].(map[string]any), "Config")
			}
			all[kind+" "+name] = r
		}
	}
	return normalize(b.t, all)
}

// pooled are the networks whose addresses come from the engine's pools.
var pooled = map[string]bool{projectName + "_default": true, projectName + "_closed": true}

// id is what the engine calls a resource, and the names that it makes of it.
var id = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// normalize leaves out what differs from run to run, puts names in the place of
// ids, and orders what has no order.
func normalize(t *testing.T, all map[string]any) map[string]any {
	t.Helper()
	names := map[string]string{}
	for name, r := range all {
		if id, ok := r.(map[string]any)["Id"].(string); ok {
			names[id] = name
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	text = id.ReplaceAllFunc(text, func(id []byte) []byte {
		if name, ok := names[string(id)]; ok {
			return []byte(strings.TrimLeft(name, "/"))
		}
		return []byte("ID")
	})
	all = nil
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return settle("", all).(map[string]any)
}

// fleeting are the keys of what each run makes anew: ids, times, addresses
// from the engine's pools, and the labels of the tool and of its run.
var fleeting = []string{
	"Id", "Created", "CreatedAt", "State", "Hostname", "GraphDriver", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath",
	"Image", "ImageManifestDescriptor", "ScopeID", "Sandbox",
	"com.docker.compose.version", "com.docker.compose.config-hash", "com.docker.compose.project.config_files",
	"io.github.compose-orchestrator.version", "io.github.compose-orchestrator.content-hash",
	"io.github.compose-orchestrator.deployment", "io.github.compose-orchestrator.deployed-by", "io.github.compose-orchestrator.plan",
}

// settle works on a tree from the leaves up.
func settle(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			if slices.Contains(fleeting, k) {
				delete(v, k)
				continue
			}
			v[k] = settle(k, v[k])
			if text, ok := v[k].(string); ok && k == "com.docker.compose.depends_on" { // in the order of a map
				list := strings.Split(text, ",")
				slices.Sort(list)
				v[k] = list
			}
		}
		return v
	case []any:
		if byTarget := keyed(v); byTarget != nil {
			return settle(key, byTarget)
		}
		for i := range v {
			v[i] = settle("", v[i])
		}
		if !ordered[key] {
			slices.SortFunc(v, func(a, b any) int { return strings.Compare(asText(a), asText(b)) })
		}
	}
	return v
}

// keyed turns a list of mounts into a map by target; nil for other lists.
func keyed(list []any) map[string]any {
	found := map[string]any{}
	for _, v := range list {
		m, _ := v.(map[string]any)
		for _, key := range []string{"Target", "Destination"} {
			if target, ok := m[key].(string); ok {
				found[target] = v
			}
		}
	}
	if len(found) == 0 || len(found) < len(list) {
		return nil
	}
	return found
}

// ordered are the lists whose order has a meaning.
var ordered = map[string]bool{"Cmd": true, "Entrypoint": true, "Test": true, "Args": true, "Dns": true, "DnsSearch": true}

func asText(v any) string {
	text, _ := json.Marshal(v) // decoded from JSON
	return string(text)
}

// difference is a place in two trees.
type difference struct{ path, theirs, ours string }

// differences lists where two trees differ. Nothing, null and empty are equal.
func differences(path string, theirs, ours any) []difference {
	a, aMap := theirs.(map[string]any)
	b, bMap := ours.(map[string]any)
	if aMap && bMap {
		var all []difference
		keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			all = append(all, differences(strings.TrimPrefix(path+" › "+key, " › "), a[key], b[key])...)
		}
		return all
	}
	if reflect.DeepEqual(theirs, ours) || empty(theirs) && empty(ours) {
		return nil
	}
	return []difference{{path, asText(theirs), asText(ours)}}
}

func empty(v any) bool {
	value := reflect.ValueOf(v)
	return v == nil || (value.Kind() == reflect.Map || value.Kind() == reflect.Slice) && value.Len() == 0
}
