package project

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"
)

// hashOrder is the order of a service's keys in the JSON that is hashed: that
// of compose-go v2.14.0's struct. compose-go has since split the struct, and a
// plain json.Marshal gives another order, another hash, and would recreate
// every container there is. Keys that are not listed follow, sorted.
var hashOrder = strings.Fields(`
	profiles annotations attach build develop blkio_config cap_add cap_drop
	cgroup_parent cgroup cpu_count cpu_percent cpu_period cpu_quota
	cpu_rt_period cpu_rt_runtime cpus cpuset cpu_shares command configs
	container_name credential_spec depends_on deploy device_cgroup_rules
	devices dns dns_opt dns_search dockerfile domainname entrypoint provider
	environment env_file expose extends external_links extra_hosts group_add
	gpus hostname healthcheck image init ipc isolation labels label_file links
	logging log_driver log_opt mem_limit mem_reservation memswap_limit
	mem_swappiness mac_address models net network_mode networks
	oom_kill_disable oom_score_adj pid pids_limit platform ports privileged
	pull_policy read_only restart runtime scale secrets security_opt shm_size
	stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty
	ulimits use_api_socket user userns_mode uts volume_driver volumes
	volumes_from working_dir pre_start post_start pre_stop`)

// hashField is one key of the hashed JSON and where its value is in
// types.ServiceConfig.
type hashField struct {
	key       string // with quotes and colon
	index     []int  // for reflect.Value.FieldByIndex
	omitEmpty bool
}

// hashFields are the keys that are hashed, in order.
var hashFields = sync.OnceValue(func() []hashField {
	return orderedFields(reflect.TypeFor[types.ServiceConfig](), hashOrder)
})

// Hash is the fingerprint of a service's definition, hexadecimal: a container
// that was created with another one is out of date. It leaves out what does not
// reach the container: build, pull policy, scale, dependencies, profiles.
//
// References to other services' containers (see Parents) are replaced by what
// containerID returns for the service; where that is "", or containerID is nil,
// they stay as the file has them. An error wraps ErrNoSuchService, or is about an
// extension (x-) that has no JSON.
func (p *Project) Hash(service string, containerID func(service string) string) (string, error) {
	s, ok := p.Services[service]
	if !ok {
		return "", p.noSuchService(service)
	}
	s = WithAPISocket(s)
	if s.Platform == "" && s.Build != nil {
		s.Platform = p.Environment["DOCKER_DEFAULT_PLATFORM"]
	}
	if s.Deploy != nil {
		deploy := *s.Deploy
		deploy.Replicas = nil
		s.Deploy = &deploy
	}
	s.Build, s.PullPolicy, s.PullRefreshAfter, s.Scale, s.DependsOn, s.Profiles = nil, "", "", nil, nil, nil
	if containerID != nil {
		bindParents(&s, containerID)
	}
	var b bytes.Buffer
	if err := writeFields(&b, reflect.ValueOf(&s).Elem(), hashFields()); err != nil {
		return "", fmt.Errorf("hashing service %q: %w", service, err)
	}
	return fingerprint(b.Bytes()), nil
}

// NetworkHash is the fingerprint of the network with that key in the file. It is an
// error if there is none, or if an extension (x-) of it has no JSON.
func (p *Project) NetworkHash(key string) (string, error) {
	n, ok := p.Networks[key]
	if !ok {
		return "", fmt.Errorf("no such network: %s", key)
	}
	text, err := json.Marshal(n)
	if err != nil {
		return "", fmt.Errorf("hashing network %q: %w", key, err)
	}
	return fingerprint(text), nil
}

// VolumeHash is the fingerprint of the volume with that key in the file. It is an
// error if there is none, or if an extension (x-) of it has no JSON.
func (p *Project) VolumeHash(key string) (string, error) {
	v, ok := p.Volumes[key]
	if !ok {
		return "", fmt.Errorf("no such volume: %s", key)
	}
	if v.Driver == "" {
		v.Driver = "local"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("hashing volume %q: %w", key, err)
	}
	return fingerprint(text), nil
}

func fingerprint(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// bindParents puts container ids where the service refers to others. An entry
// of volumes_from loses its mode: that is how Docker Compose hashes it.
func bindParents(s *types.ServiceConfig, containerID func(string) string) {
	for _, mode := range []*string{&s.NetworkMode, &s.Ipc, &s.Pid} {
		name, ok := strings.CutPrefix(*mode, types.ServicePrefix)
		if !ok {
			continue
		}
		if id := containerID(name); id != "" {
			*mode = types.ContainerPrefix + id
		}
	}
	if len(s.VolumesFrom) == 0 {
		return
	}
	s.VolumesFrom = slices.Clone(s.VolumesFrom)
	for i, from := range s.VolumesFrom {
		parts := strings.Split(from, ":")
		if parts[0] == "container" && len(parts) > 1 {
			s.VolumesFrom[i] = parts[1]
		} else if id := containerID(parts[0]); id != "" {
			s.VolumesFrom[i] = id
		}
	}
}

// writeFields writes v, a struct, as a JSON object with the fields in order.
func writeFields(b *bytes.Buffer, v reflect.Value, fields []hashField) error {
	b.WriteByte('{')
	first := true
	for i := range fields {
		f := &fields[i]
		value := v.FieldByIndex(f.index)
		if f.omitEmpty && isEmpty(value) {
			continue
		}
		text, err := json.Marshal(value.Interface())
		if err != nil {
			return err
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(f.key)
		b.Write(text)
	}
	b.WriteByte('}')
	return nil
}

// isEmpty is encoding/json's notion of what omitempty leaves out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}

// orderedFields finds the JSON keys of t, embedded structs included, and sorts
// them as order says.
func orderedFields(t reflect.Type, order []string) []hashField {
	found := map[string]hashField{}
	collectFields(t, nil, found)
	var fields []hashField
	for _, key := range order {
		if f, ok := found[key]; ok {
			fields = append(fields, f)
			delete(found, key)
		}
	}
	known := len(fields)
	for _, f := range found {
		fields = append(fields, f)
	}
	slices.SortFunc(fields[known:], func(a, b hashField) int { return strings.Compare(a.key, b.key) })
	return fields
}

func collectFields(t reflect.Type, at []int, found map[string]hashField) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(at), i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag.Get("json") == "" {
			collectFields(f.Type, index, found)
			continue
		}
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if key == "" || key == "-" || !f.IsExported() {
			continue
		}
		found[key] = hashField{key: `"` + key + `":`, index: index, omitEmpty: strings.Contains(options, "omitempty")}
	}
}
