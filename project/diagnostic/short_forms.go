package diagnostic

import (
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// How the short forms are written.
const (
	portHint   = `a port is written "8080:80", "127.0.0.1:8080:80" or "80"`
	volumeHint = `a volume is written "name:/path" or "./folder:/path"; is a variable in it unset?`
)

// explainShortSyntax is about ports and volumes written as one text, whose
// errors name neither the service nor the place: each is parsed again.
func (d *diagnosis) explainShortSyntax(_ []string) {
	same := func(err error) bool { return err != nil && strings.HasSuffix(d.text, strings.TrimSpace(err.Error())) }
	switch {
	case d.locateScalar("services.*.ports.*", func(v string) bool { _, err := types.ParsePortConfig(v); return same(err) }):
		d.hint = portHint
	case d.locateScalar("services.*.volumes.*", func(v string) bool { _, err := d.Volume(v); return same(err) }):
		d.hint = volumeHint
	default:
		d.locateText(d.text)
		return
	}
	d.text = strings.Join(d.path, ".") + ": " + d.text
}

// shortMistakes are those of ports and volumes written as one text.
func (f Files) shortMistakes(t *document.Document) []error {
	var found []error
	look := func(pattern, hint string, parse func(text string) error) {
		for _, spot := range t.Spots(strings.Split(pattern, ".")) {
			n := document.Deref(spot.Node)
			if n.Kind != yaml.ScalarNode || n.Tag == "!reset" {
				continue
			}
			text, err := limits.Substitute(n.Value, f.Variables.Resolve)
			if err != nil {
				continue // reported as that
			}
			if err := parse(text); err != nil {
				msg := fmt.Sprintf("%s: %s", strings.Join(spot.Path, "."), strings.TrimSpace(err.Error()))
				found = append(found, &PathError{Path: spot.Path, Msg: msg, Hint: hint})
			}
		}
	}
	look("services.*.ports.*", portHint, func(text string) error { _, err := types.ParsePortConfig(text); return err })
	look("services.*.volumes.*", volumeHint, func(text string) error { _, err := f.Volume(text); return err })
	return found
}
