package project

import (
	"fmt"
	"maps"
	"runtime"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

func TestParseVolume(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // there a letter is a drive
	}
	for text, want := range map[string]string{
		"v:/v":           "volume v /v false",
		"a:/x:ro":        "volume a /x true",
		"A:/x:ro,z":      "volume A /x true z",
		"vv:/v":          "volume vv /v false",
		"c:/data:/data":  "bind c:/data /data false",
		`C:\data:/data`:  `bind C:\data /data false`,
		"./a:/v":         "bind ./a /v false",
		"/only":          "volume  /only false",
		"v:/with:nocopy": "volume v /with false",
	} {
		v, err := ParseVolume(text)
		got := fmt.Sprint(v.Type, " ", v.Source, " ", v.Target, " ", v.ReadOnly)
		if v.Bind != nil && v.Bind.SELinux != "" {
			got += " " + v.Bind.SELinux
		}
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		":":      "invalid spec: :: empty section between colons",
		"v:/x:":  "invalid spec: v:/x:: empty section between colons",
		"v:/x::": "invalid spec: v:/x::: empty section between colons",
	} {
		_, err := ParseVolume(text)
		check(t, "ParseVolume", "", err, "", want)
	}
}

// TestLetterVolume: loaded, such a volume is as one with a longer name.
func TestLetterVolume(t *testing.T) {
	p := load(t, "services: {a: {image: x, volumes: ['v:/v', 'w:/w:ro', 'v:/n:nocopy,Z']}, b: {image: x, volumes: ['vv:/v']}}\nvolumes: {v: , w: , vv: }\n")
	var got []string
	for _, v := range p.Services["a"].Volumes {
		got = append(got, v.Type+" "+v.Source+" "+v.Target)
	}
	if want := "[volume v /v volume w /w volume v /n]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	short, long := p.Services["a"].Volumes[0], p.Services["b"].Volumes[0]
	long.Source = "v"
	if fmt.Sprintf("%+v %+v", short, short.Volume) != fmt.Sprintf("%+v %+v", long, short.Volume) && short.String() != long.String() {
		t.Errorf("got %+v, want %+v", short, long)
	}
}

// TestLetterVolumeOverride: it takes the place of what an earlier file mounts.
func TestLetterVolumeOverride(t *testing.T) {
	dir := folder(t, "compose.yaml", "services: {a: {image: x, volumes: ['v:/v']}}\nvolumes: {v: , w: }\n",
		"compose.override.yaml", "services: {a: {volumes: ['w:/v:ro']}}\n")
	p, err := Load(t.Context(), Options{WorkDir: dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v := p.Services["a"].Volumes; len(v) != 1 || v[0].Source != "w" || !v[0].ReadOnly {
		t.Errorf("got %+v", v)
	}
}

func TestOverlappingVolumes(t *testing.T) {
	file := "services:\n  a: {volumes: ['v:/x', './b:/x/', 'w:/y']}\n  b: {volumes: ['u:/t'], tmpfs: [/t]}\n"
	got := overlappingVolumes([]types.ConfigFile{{Filename: "compose.yaml", Content: []byte(file)}})
	if want := map[string]bool{"v:/x": true, "u:/t": true}; !maps.Equal(got, want) {
		t.Errorf("overlapping: %v, want %v", got, want)
	}
}
