package spec

import (
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// onWindows tells whether the containers are those of Windows.
func (sp *spec) onWindows() bool { return sp.b.OS == "windows" }

// windows sets what only engines on Windows know. Elsewhere the engine passes
// over the processor counts in silence, so this says it.
func (sp *spec) windows() error {
	s := sp.s
	if sp.onWindows() {
		return sp.credentialSpec()
	}
	const why = "it is for Windows containers"
	if s.CredentialSpec != nil {
		sp.drop("credential_spec", why)
	}
	if s.CPUCount != 0 {
		sp.drop("cpu_count", why)
	}
	if s.CPUPercent != 0 {
		sp.drop("cpu_percent", why)
	}
	return nil
}

// credentialSpec names the managed account that the container runs as: an
// option of the engine, in one of three forms.
func (sp *spec) credentialSpec() error {
	c := sp.s.CredentialSpec
	if c == nil {
		return nil
	}
	spec := ""
	switch {
	case c.File != "":
		spec = "file://" + c.File
	case c.Registry != "":
		spec = "registry://" + c.Registry
	default:
		content, err := configText(sp.p, c.Config)
		if err != nil {
			return err
		}
		spec = "raw://" + content
	}
	sp.req.Host.SecurityOpt = append(sp.req.Host.SecurityOpt, "credentialspec="+spec)
	return nil
}

// configText is the content of a config of the file that stands in it.
func configText(p *project.Project, key string) (string, error) {
	config, ok := p.Configs[key]
	switch {
	case !ok:
		return "", hint.New("credential_spec.config: undefined config "+key, "define it below configs:")
	case config.Content == "":
		return "", hint.New("credential_spec.config: config "+key+" has no content:", "use credential_spec.file instead")
	}
	return config.Content, nil
}
