package project

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// RenamedAttributes are the uses of a watch rule's attribute by the name that it
// had before the specification took it, in Docker Compose's words behind their
// place. The files that the project extends are read too.
func (p *Project) RenamedAttributes() []string {
	const was, is = "x-initialSync", "initial_sync"
	parts, err := p.Artifact()
	if err != nil { // a path that cannot be resolved; the loader's to say
		return nil
	}
	var found []string
	for _, part := range parts {
		for _, rule := range watchRules(part) {
			if at := keyNode(rule, was); at != nil {
				found = append(found, fmt.Sprintf("%s:%d: %s is DEPRECATED, please use the official `%s` attribute",
					p.source.shown(part.Path), at.Line, was, is))
			}
		}
	}
	return found
}

// watchRules are the rules of all services of a file.
func watchRules(part Part) []*yaml.Node {
	if part.Kind == EnvPart {
		return nil
	}
	roots, err := documents(part.Content)
	if err != nil {
		return nil // the loader has read it
	}
	var rules []*yaml.Node
	for _, root := range roots {
		for _, service := range entries(member(root, "services")) {
			for _, key := range []string{"develop", "x-develop"} {
				for _, rule := range listed(member(member(service, key), "watch")) {
					rules = append(rules, document.Deref(rule))
				}
			}
		}
	}
	return rules
}

// keyNode is a mapping's key; nil where it has none of that name.
func keyNode(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i]
		}
	}
	return nil
}
