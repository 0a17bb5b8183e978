package progress

import (
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Name is a resource without its kind; of an image's digest it has as much as
// ids are known by.
func Name(r event.Ref) string {
	name := strings.TrimPrefix(r.String(), string(r.Kind)+" ")
	if image, digest, ok := strings.Cut(name, "@sha256:"); ok && r.Kind == event.Image {
		return image + "@" + digest[:min(len(digest), 7)]
	}
	return name
}

// ShortName is a resource without its kind and its project.
func (l *List) ShortName(of event.Ref) string {
	name := Name(of)
	if l.project == "" {
		return name
	}
	for _, separator := range []string{"-", "_"} {
		if cut, ok := strings.CutPrefix(name, l.project+separator); ok && cut != "" {
			return cut
		}
	}
	return name
}
