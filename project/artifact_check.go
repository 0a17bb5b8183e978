package project

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
)

// Unpublishable says why a project cannot be an artifact; nil: it can. A *hint.Error
// is about local includes or services without an image; others are about a file
// that cannot be parsed.
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

type secretForm struct {
	name string
	form *regexp.Regexp
}

// secretForms are the forms of credentials: of the text itself, or of the name before it.
var secretForms = sync.OnceValue(func() []secretForm { // few commands need them, and they take a third of a millisecond
	return []secretForm{
		{"AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
		{"AWS secret key", regexp.MustCompile(`(?i)aws_?(secret_?)?(access_?)?key["']?\s*[=:]\s*["']?[0-9a-z/+]{40}([^0-9a-z/+]|$)`)},
		{"Azure storage key", regexp.MustCompile(`(?i)\b(AccountKey|SharedAccessKey)=[0-9a-z/+]{43,}=`)},
		{"Azure client secret", regexp.MustCompile(`\b[0-9A-Za-z_~.]{3}8Q~[0-9A-Za-z_~.-]{34}`)},
		{"Google service account", regexp.MustCompile(`"private_key_id"\s*:\s*"[0-9a-f]{40}"`)},
		{"Google API key", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`)},
		{"Google OAuth secret", regexp.MustCompile(`\bGOCSPX-[0-9A-Za-z_-]{28}`)},
		{"DigitalOcean token", regexp.MustCompile(`\bdo[opr]_v1_[0-9a-f]{64}`)},
		{"GitHub token", regexp.MustCompile(`\b(gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,})`)},
		{"GitLab token", regexp.MustCompile(`\bglpat-[0-9A-Za-z_-]{20}`)},
		{"Docker Hub token", regexp.MustCompile(`\bdckr_(pat|oat)_[0-9A-Za-z_-]{20,}`)},
		{"npm token", regexp.MustCompile(`\bnpm_[0-9A-Za-z]{36}\b`)},
		{"PyPI token", regexp.MustCompile(`\bpypi-[0-9A-Za-z_-]{50,}`)},
		{"Hugging Face token", regexp.MustCompile(`\bhf_[A-Za-z]{34}\b`)},
		{"OpenAI key", regexp.MustCompile(`\bsk-(proj-|svcacct-|admin-)?[0-9A-Za-z_-]{20,}T3BlbkFJ[0-9A-Za-z_-]{20,}`)},
		{"Slack token", regexp.MustCompile(`\bxox[abposr]-[0-9A-Za-z-]{10,}`)},
		{"Slack webhook", regexp.MustCompile(`hooks\.slack\.com/services/T[0-9A-Z]+/B[0-9A-Z]+/[0-9A-Za-z]{20,}`)},
		{"Stripe key", regexp.MustCompile(`\b[rs]k_live_[0-9A-Za-z]{16,}`)},
		{"SendGrid key", regexp.MustCompile(`\bSG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}`)},
		{"Twilio key", regexp.MustCompile(`\bSK[0-9a-f]{32}\b`)},
		{"JSON web token", regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]+`)},
		{"private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----|PuTTY-User-Key-File-[23]:`)},
		{"password in an address", regexp.MustCompile(`://[^/\s:@{}$]+:[^/\s:@{}$]{4,}@`)},
	}
})

// Secrets are the places in parts that look like credentials, without those
// themselves: "compose.yaml:7: GitHub token".
func Secrets(parts []Part) []string {
	var found []string
	for _, part := range parts {
		line := 0
		for text := range strings.Lines(string(part.Content)) {
			line++
			for _, s := range secretForms() {
				if s.form.MatchString(text) {
					found = append(found, fmt.Sprintf("%s:%d: %s", filepath.Base(part.Path), line, s.name))
				}
			}
		}
	}
	return found
}

// maxCredential is the size in bytes from which on a file is taken for something
// else than a credential.
const maxCredential = 1 << 20

// ReferredFiles are the contents of the files that secrets and configs refer to,
// as parts: an artifact names them and does not hold them. What cannot be read,
// is a folder or is over a megabyte is left out.
func (p *Project) ReferredFiles() []Part {
	named := map[string]bool{}
	for _, s := range p.Secrets {
		named[s.File] = true
	}
	for _, c := range p.Configs {
		named[c.File] = true
	}
	delete(named, "")
	var parts []Part
	for _, path := range slices.Sorted(maps.Keys(named)) {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxCredential {
			continue
		}
		if content, err := os.ReadFile(path); err == nil {
			parts = append(parts, Part{Path: path, Content: content})
		}
	}
	return parts
}
