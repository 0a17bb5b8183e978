package project

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// HasPortRange tells whether a service takes a host port out of a range: the engine
// may hand one out twice to containers that start at once.
func HasPortRange(s types.ServiceConfig) bool {
	return slices.ContainsFunc(s.Ports, func(p types.ServicePortConfig) bool { return strings.Contains(p.Published, "-") })
}
