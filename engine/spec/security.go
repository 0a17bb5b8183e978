package spec

import (
	"slices"
	"strings"
)

// security sets what the container's processes are allowed to do.
func (sp *spec) security() error {
	s, h := sp.s, sp.req.Host
	h.Privileged = s.Privileged
	h.ReadonlyRootfs = s.ReadOnly
	h.CapAdd = s.CapAdd
	h.CapDrop = s.CapDrop
	h.GroupAdd = s.GroupAdd
	for _, opt := range s.SecurityOpt {
		if opt == "systempaths=unconfined" || opt == "systempaths:unconfined" {
			// Not an option of the engine: it takes the two lists instead, and
			// an empty list is not the same as none.
			h.MaskedPaths, h.ReadonlyPaths = []string{}, []string{}
			continue
		}
		h.SecurityOpt = append(h.SecurityOpt, sp.securityOpt(opt))
	}
	return nil
}

// securityOpt puts a seccomp profile's content in the place of its path: the
// engine does not see this machine's files.
func (sp *spec) securityOpt(opt string) string {
	if profile, ok := sp.b.Seccomp[SeccompPath(opt)]; ok {
		return "seccomp=" + profile
	}
	return opt
}

// SeccompPath is the path that a security_opt entry names; "": it names none.
func SeccompPath(opt string) string {
	i := strings.IndexAny(opt, "=:")
	if i < 0 || opt[:i] != "seccomp" || slices.Contains([]string{"unconfined", "builtin"}, opt[i+1:]) {
		return ""
	}
	return opt[i+1:]
}
