package progress

import (
	"fmt"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Name is a resource's name without its kind. Of an image's digest it has the
// first 7 digits.
func Name(r event.Ref) string {
	name := strings.TrimPrefix(r.String(), string(r.Kind)+" ")
	if image, digest, ok := strings.Cut(name, "@sha256:"); ok && r.Kind == event.Image {
		return image + "@" + digest[:min(len(digest), 7)]
	}
	return name
}

// ShortName is a resource's Name without the project's: "web-1". It is the Name
// where the list knows no container that has its usual name.
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

// projectOf is the name of the project of a container that is called
// PROJECT-SERVICE-NUMBER; "" for other resources.
func projectOf(ref event.Ref) string {
	prefix, ok := strings.CutSuffix(ref.Name, fmt.Sprintf("%s-%d", ref.Service, ref.Number))
	if !ok {
		return ""
	}
	return strings.TrimRight(prefix, "-_")
}
