package project

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// shortVolumes are the paths at which a volume is written as one text.
var shortVolumes = []tree.Path{
	"services.*.volumes.[]", "jobs.*.volumes.[]", "services.*.pre_start.[].volumes.[]",
}

// ParseVolume parses a volume written as one text. compose-go takes v:/v for a
// path of Windows on every system; where that has no drives, it is the volume v. An
// error says what is wrong with the text and quotes it.
func ParseVolume(text string) (types.ServiceVolumeConfig, error) {
	if strings.Trim(text, ":") == "" && text != "" {
		return types.ServiceVolumeConfig{}, fmt.Errorf("invalid spec: %s: empty section between colons", text)
	}
	name, rest, ok := letterVolume(text)
	if !ok {
		return format.ParseVolume(text)
	}
	v, err := format.ParseVolume(name + name + ":" + rest) // two letters are no drive
	if err != nil {
		return v, fmt.Errorf("invalid spec: %s: %w", text, errors.Unwrap(err))
	}
	v.Source = name
	return v, nil
}

// letterVolume splits a text that begins with the name of a volume of one
// letter. In C:\data:/data and c:/data:/data the letter is a drive.
func letterVolume(text string) (name, rest string, ok bool) {
	const drives = "windows"
	if runtime.GOOS == drives || len(text) < 3 || text[1] != ':' || !isLetter(text[0]) || text[2] != '/' {
		return "", "", false
	}
	_, options, _ := strings.Cut(text[2:], ":")
	return text[:1], text[2:], !strings.HasPrefix(options, "/")
}

// overlappingVolumes are the short forms of volumes with a name of one letter at whose
// target a service mounts something else, too. Docker Compose takes such a text for a
// path of Windows and sees no contradiction, so these are left as they are.
func overlappingVolumes(files []types.ConfigFile) map[string]bool {
	if !slices.ContainsFunc(files, func(f types.ConfigFile) bool { return aLetter.Match(f.Content) }) {
		return nil
	}
	leave := map[string]bool{}
	for _, f := range files {
		d := document.Parse(f.Filename, f.Content)
		for _, service := range d.Spots([]string{"services", "*"}) {
			for _, text := range overlappingIn(service.Node) {
				leave[text] = true
			}
		}
	}
	return leave
}

// overlappingIn are the overlapping volumes of a service.
func overlappingIn(service *yaml.Node) []string {
	at := map[string]int{}         // how many mounts, by their place
	letters := map[string]string{} // the text, its place
	for _, key := range []string{"volumes", "tmpfs"} {
		_, list := document.Child(service, key)
		for _, item := range document.Items(list) {
			text := document.Deref(item).Value
			v, err := ParseVolume(text)
			if err != nil || text == "" {
				continue
			}
			at[path.Clean(v.Target)]++
			if _, _, ok := letterVolume(text); ok {
				letters[text] = path.Clean(v.Target)
			}
		}
	}
	var found []string
	for text, place := range letters {
		if at[place] > 1 {
			found = append(found, text)
		}
	}
	return found
}

// aLetter finds what may be a volume of one letter.
var aLetter = regexp.MustCompile(`(?:^|[\s"'\[])[A-Za-z]:/`)

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// castVolume gives the loader the long form of what it would take for a path of
// Windows, and refuses what it would take for a mount at ":"; other texts stay.
func castVolume(text string) (any, error) {
	_, _, letter := letterVolume(text)
	if !letter && (text == "" || strings.Trim(text, ":") != "") {
		return text, nil
	}
	v, err := ParseVolume(text)
	if err != nil {
		return nil, err
	}
	return longVolume(v), nil
}

// longVolume is a named volume in the long form.
func longVolume(v types.ServiceVolumeConfig) map[string]any {
	options := map[string]any{}
	if v.Volume != nil && v.Volume.NoCopy {
		options["nocopy"] = true
	}
	long := map[string]any{"type": v.Type, "source": v.Source, "target": v.Target, "volume": options}
	if v.ReadOnly {
		long["read_only"] = true
	}
	bind := map[string]any{}
	if v.Bind != nil && v.Bind.SELinux != "" {
		bind["selinux"] = v.Bind.SELinux
	}
	if v.Bind != nil && v.Bind.Propagation != "" {
		bind["propagation"] = v.Bind.Propagation
	}
	if len(bind) > 0 {
		long["bind"] = bind
	}
	return long
}
