package project

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
)

// Unpublishable says why a project cannot be an artifact; nil: it can.
func (p *Project) Unpublishable() error {
	includes, err := p.localIncludes()
	if err != nil {
		return err
	}
	if len(includes) > 0 {
		return hint.New("cannot publish compose file with local includes",
			fmt.Sprintf("put what stands in %s into the file, or include it from where others reach it", strings.Join(includes, ", ")))
	}
	var built []string
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		if s := p.Services[name]; s.Image == "" && s.Build != nil {
			built = append(built, fmt.Sprintf("- %q", name))
		}
	}
	if len(built) > 0 {
		return hint.New("your Compose stack cannot be published as it only contains a build section for service(s):\n"+strings.Join(built, "\n"),
			"give them an image, to which what they build is pushed")
	}
	return nil
}

// PublishedBinds are the bind mounts that an artifact would tell of, as
// "service: source:target".
func (p *Project) PublishedBinds() []string {
	var binds []string
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		for _, v := range p.Services[name].Volumes {
			if v.Type == types.VolumeTypeBind {
				binds = append(binds, name+": "+v.String())
			}
		}
	}
	return binds
}

// secretForms are texts that are credentials by their look.
var secretForms = []struct {
	name string
	form *regexp.Regexp
}{
	{"AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"GitHub token", regexp.MustCompile(`\b(gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,})`)},
	{"GitLab token", regexp.MustCompile(`\bglpat-[0-9A-Za-z_-]{20}`)},
	{"Slack token", regexp.MustCompile(`\bxox[abposr]-[0-9A-Za-z-]{10,}`)},
	{"Stripe key", regexp.MustCompile(`\b[rs]k_live_[0-9A-Za-z]{16,}`)},
	{"Google API key", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`)},
	{"JSON web token", regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]+`)},
	{"private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
	{"password in an address", regexp.MustCompile(`://[^/\s:@{}$]+:[^/\s:@{}$]{4,}@`)},
}

// Secrets are the places in parts that look like credentials, without those
// themselves: "compose.yaml:7: GitHub token".
func Secrets(parts []Part) []string {
	var found []string
	for _, part := range parts {
		line := 0
		for text := range strings.Lines(string(part.Content)) {
			line++
			for _, s := range secretForms {
				if s.form.MatchString(text) {
					found = append(found, fmt.Sprintf("%s:%d: %s", filepath.Base(part.Path), line, s.name))
				}
			}
		}
	}
	return found
}
