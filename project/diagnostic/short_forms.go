package diagnostic

import (
	"slices"
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

// withHint is what is wrong with a value, and how it is written; nil of nil.
func withHint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &wrongValue{strings.TrimSpace(err.Error()), hint}
}

// shortMistakes are those of ports and volumes written as one text, and of single
// values.
func (f Files) shortMistakes(t *document.Document) []error {
	var found []error
	look := func(pattern string, parse func(text string) error) {
		for _, spot := range t.Spots(strings.Split(pattern, ".")) {
			n := document.Deref(spot.Node)
			if n.Kind != yaml.ScalarNode || n.Tag == "!reset" {
				continue
			}
			text, err := limits.Substitute(n.Value, f.Variables.Resolve)
			if err != nil {
				continue // reported as that
			}
			found = append(found, valueMistake(spot.Path, parse(text))...)
		}
	}
	look("services.*.ports.*", func(text string) error {
		_, err := types.ParsePortConfig(text)
		return withHint(err, portHint)
	})
	look("services.*.volumes.*", func(text string) error {
		_, err := f.Volume(text)
		return withHint(err, volumeHint)
	})
	for _, c := range slices.Concat(checkedValues, loaderValues) {
		look("services.*."+c.place, c.check)
	}
	return found
}
